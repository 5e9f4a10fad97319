import { z } from 'zod'
import { addTemplate, changeTemplate, deleteTemplate } from '../../shared/consultations/commands.ts'
import { listTemplates } from '../../shared/consultations/reads.ts'
import {
  template,
  templateChanges,
  templateInput,
  templateList,
} from '../../shared/consultations/templates/schema.ts'
import { type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { NOTES, TEMPLATE_WRITERS } from './policy.ts'
import { versionSeen } from './seen.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

/** Prepared notes: a doctor's own, and shared ones. */
export function templateRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  const base = { tag: 'consultations', limit: 'general' } as const
  return [
    route({
      ...base,
      method: 'GET',
      path: '/api/note-templates',
      summary: 'Prepared notes: one’s own and the shared ones',
      access: NOTES,
      response: templateList,
      handle: async (call) => ({ body: await listTemplates(deps, principalOf(call)) }),
    }),
    route({
      ...base,
      method: 'POST',
      path: '/api/note-templates',
      summary: 'A new prepared note, for oneself or for everybody',
      access: TEMPLATE_WRITERS,
      body: templateInput,
      response: template,
      handle: async (call) => ({
        body: await addTemplate(deps, call.body, principalOf(call), whoIs(call)),
      }),
    }),
    route({
      ...base,
      method: 'PATCH',
      path: '/api/note-templates/:id',
      summary: 'Change a prepared note',
      access: TEMPLATE_WRITERS,
      params: byId,
      body: templateChanges,
      response: template,
      handle: async (call) => {
        const { version, ...changes } = call.body
        const seen = versionSeen(version, call.header('if-match'))
        const { id } = call.params
        return { body: await changeTemplate(deps, id, seen, changes, principalOf(call), whoIs(call)) }
      },
    }),
    route({
      ...base,
      method: 'DELETE',
      path: '/api/note-templates/:id',
      summary: 'Delete a prepared note',
      access: TEMPLATE_WRITERS,
      params: byId,
      handle: async (call) => {
        await deleteTemplate(deps, call.params.id, principalOf(call), whoIs(call))
        return { status: 204 }
      },
    }),
  ]
}
