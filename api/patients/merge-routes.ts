import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { mergePatients } from '../../shared/patients/merge.ts'
import { getMerges } from '../../shared/patients/reads.ts'
import { mergeDone, mergeInput, mergeList, mergeUndone } from '../../shared/patients/schema.ts'
import { undoMerge } from '../../shared/patients/unmerge.ts'
import { variantFor } from '../../shared/patients/view.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { MERGERS, READERS } from './policy.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

const rowId = ({ id }: { id: string }): string => {
  if (!isRowId(id)) throw new AppError('not-found')
  return id
}

const writerOf = (call: Call) => ({
  who: whoIs(call),
  variant: variantFor(principalOf(call).role),
  signal: call.signal,
})

/** Putting two records of one person together, and apart again. */
export function mergeRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/patients/:id/merge',
      tag: 'patients',
      summary: 'Put another record of the same person into this one; can be taken apart again',
      access: MERGERS,
      limit: 'general',
      params: byId,
      body: mergeInput,
      response: mergeDone,
      handle: async (call) => ({
        body: await mergePatients(deps, rowId(call.params), call.body, writerOf(call)),
      }),
    }),
    route({
      method: 'POST',
      path: '/api/patients/merges/:id/undo',
      tag: 'patients',
      summary: 'Take two records apart again: what was moved goes back, what came later stays and is listed',
      access: MERGERS,
      limit: 'general',
      params: byId,
      response: mergeUndone,
      handle: async (call) => ({ body: await undoMerge(deps, rowId(call.params), writerOf(call)) }),
    }),
    route({
      method: 'GET',
      path: '/api/patients/:id/merges',
      tag: 'patients',
      summary: 'Which records were put into this one, and taken out again, newest first',
      access: READERS,
      limit: 'general',
      params: byId,
      response: mergeList,
      handle: async (call) => {
        const id = rowId(call.params)
        const body = await getMerges(deps, id)
        const about = { entity: 'patient', entityId: id, patientId: id, outcome: 'ok' } as const
        await spool.write({ ...whoIs(call), action: 'patients.merges', ...about })
        return { body }
      },
    }),
  ]
}
