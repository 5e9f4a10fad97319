import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import {
  addMember,
  changeMember,
  deleteFamily,
  registerFamily,
  removeMember,
  renameFamily,
} from '../../shared/families/commands.ts'
import { getFamiliesOf, getFamily } from '../../shared/families/reads.ts'
import {
  type Family,
  family,
  familyChanges,
  familyInput,
  familyList,
  familyMade,
  familyQuery,
  memberChanges,
  memberInput,
} from '../../shared/families/schema.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { seenState } from '../http/seen.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { READERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const id = z.string().max(MAX_ID_CHARS)
const byId = z.strictObject({ id })
const byMember = z.strictObject({ id, patientId: id })

const rowId = (text: string): string => {
  if (!isRowId(text)) throw new AppError('not-found')
  return text
}

const seenOf = (call: Call<unknown, unknown, { version?: number | undefined } | undefined>) =>
  seenState(call.body?.version, call.header('if-match'))

/** Families: who belongs together, and registering all of them in one go. */
export function familiesRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  /** Whom an answer shows is recorded before it is given. */
  const shown = async <T>(call: Call, families: readonly Family[], body: T): Promise<{ body: T }> => {
    const ids = families.flatMap(({ members }) => members.map(({ patientId }) => patientId))
    const detail = { shown: [...new Set(ids)], families: families.map((each) => each.id) }
    await spool.write({ ...whoIs(call), action: 'families.read', entity: 'family', outcome: 'ok', detail })
    return { body }
  }
  const shared = { tag: 'families', limit: 'general' } as const
  return [
    route({
      ...shared,
      method: 'GET',
      path: '/api/families',
      summary: 'The families of a patient',
      access: READERS,
      query: familyQuery,
      response: familyList,
      handle: async (call) => {
        const found = await getFamiliesOf(deps, call.query.patientId)
        return shown(call, found.data, found)
      },
    }),
    route({
      ...shared,
      method: 'GET',
      path: '/api/families/:id',
      summary: 'One family and its members',
      access: READERS,
      params: byId,
      response: family,
      handle: async (call) => {
        const found = await getFamily(deps, rowId(call.params.id))
        return shown(call, [found], found)
      },
    }),
    route({
      ...shared,
      method: 'POST',
      path: '/api/families',
      summary: 'Register a family, new and known members, with one ticket, one each or none: all or nothing',
      access: WRITERS,
      body: familyInput,
      response: familyMade,
      handle: async (call) => {
        if (call.body.queue !== undefined && !principalOf(call).permissions.has('queue.write'))
          throw new AppError('auth/forbidden')
        const made = await registerFamily(deps, call.body, whoIs(call), idempotencyKeyOf(call))
        return { status: 201, body: made, headers: { Location: `/api/families/${made.family.id}` } }
      },
    }),
    route({
      ...shared,
      method: 'PATCH',
      path: '/api/families/:id',
      summary: 'Give a family another name',
      access: WRITERS,
      params: byId,
      body: familyChanges,
      response: family,
      handle: async (call) => ({
        body: await renameFamily(deps, rowId(call.params.id), seenOf(call), call.body.name, whoIs(call)),
      }),
    }),
    route({
      ...shared,
      method: 'DELETE',
      path: '/api/families/:id',
      summary: 'Delete a family softly; its members stay in the file. The version stands in If-Match',
      access: WRITERS,
      params: byId,
      handle: async (call) => {
        const seen = seenState(undefined, call.header('if-match'))
        await deleteFamily(deps, rowId(call.params.id), seen, whoIs(call))
        return { status: 204 }
      },
    }),
    route({
      ...shared,
      method: 'POST',
      path: '/api/families/:id/members',
      summary: 'Add one who is new or in the file',
      access: WRITERS,
      params: byId,
      body: memberInput,
      response: family,
      handle: async (call) => {
        const { version: _version, ...member } = call.body
        return { body: await addMember(deps, rowId(call.params.id), seenOf(call), member, whoIs(call)) }
      },
    }),
    route({
      ...shared,
      method: 'PATCH',
      path: '/api/families/:id/members/:patientId',
      summary: 'Say what somebody is in the family',
      access: WRITERS,
      params: byMember,
      body: memberChanges,
      response: family,
      handle: async (call) => {
        const { id: familyId, patientId } = call.params
        const { relation } = call.body
        const seen = seenOf(call)
        return {
          body: await changeMember(deps, rowId(familyId), rowId(patientId), seen, relation, whoIs(call)),
        }
      },
    }),
    route({
      ...shared,
      method: 'DELETE',
      path: '/api/families/:id/members/:patientId',
      summary:
        'Take somebody out of the family; the record stays. The version of the family stands in If-Match',
      access: WRITERS,
      params: byMember,
      response: family,
      handle: async (call) => {
        const { id: familyId, patientId } = call.params
        const seen = seenState(undefined, call.header('if-match'))
        return { body: await removeMember(deps, rowId(familyId), rowId(patientId), seen, whoIs(call)) }
      },
    }),
  ]
}
