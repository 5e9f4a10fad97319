import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { createPanel, editPanel } from '../../shared/panels/commands.ts'
import { getPanel, getPanels, getStatement } from '../../shared/panels/reads.ts'
import {
  panel,
  panelChanges,
  panelInput,
  panelList,
  statement,
  statementQuery,
} from '../../shared/panels/schema.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Route, route } from '../http/route.ts'
import { seenState } from '../http/seen.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

/** Companies and insurers that pay: reference data, and what each owes for a month. */
export function panelsRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const reads = {
    method: 'GET',
    tag: 'panels',
    access: { anyOf: ['panels.view'] },
    limit: 'general',
    cacheControl: 'private-no-cache',
  } as const
  const writes = { tag: 'panels', access: { anyOf: ['panels.write'] }, limit: 'general' } as const
  return [
    route({
      ...reads,
      path: '/api/panels',
      summary: 'The panels, those in use first',
      response: panelList,
      handle: () => getPanels(deps),
    }),
    route({
      ...reads,
      path: '/api/panels/:id',
      summary: 'One panel',
      params: byId,
      response: panel,
      handle: async ({ params }) => ({ body: await getPanel(deps, params.id) }),
    }),
    route({
      method: 'GET',
      path: '/api/panels/:id/statement',
      tag: 'panels',
      summary: 'What a panel owes for a month, line by line',
      access: { anyOf: ['payments.view'] },
      limit: 'general',
      params: byId,
      query: statementQuery,
      response: statement,
      handle: async (call) => {
        const body = await getStatement(deps, call.params.id, call.query)
        const shown = [...new Set(body.data.map(({ patient }) => patient.id))]
        await spool.write({
          ...whoIs(call),
          action: 'panels.statement',
          entity: 'panel',
          entityId: call.params.id,
          outcome: 'ok',
          detail: { month: call.query.month, shown },
        })
        return { body }
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/panels',
      summary: 'Add a panel',
      body: panelInput,
      response: panel,
      handle: async (call) => {
        const made = await createPanel(deps, call.body, whoIs(call))
        return { status: 201, body: made, headers: { Location: `/api/panels/${made.id}` } }
      },
    }),
    route({
      ...writes,
      method: 'PATCH',
      path: '/api/panels/:id',
      summary: 'Change a panel whose present version is known',
      params: byId,
      body: panelChanges,
      response: panel,
      handle: async (call) => {
        const { id } = call.params
        if (!isRowId(id)) throw new AppError('not-found')
        const { version, ...changes } = call.body
        const seen = seenState(version, call.header('if-match'))
        return { body: await editPanel(deps, id, seen, changes, whoIs(call)) }
      },
    }),
  ]
}
