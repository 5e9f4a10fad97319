import { z } from 'zod'
import { isRowId } from '../../shared/units/ids.ts'
import { endStaffSessions, staffSessions } from '../../shared/users/staff-sessions.ts'
import { type Route, route } from '../http/route.ts'
import { originOf } from './cookie-scope.ts'
import { personOf } from './replies.ts'
import { sessionId, sessionView } from './session-shape.ts'

const id = z.string().refine(isRowId, 'Must be an id')
const COMMON = { tag: 'Users', limit: 'general', peopleOnly: true } as const
const WRITE = { ...COMMON, access: { anyOf: ['users.write'] } } as const

/** Where members of staff are signed in, for administrators. */
export function staffSessionRoutes(): Route[] {
  return [
    route({
      ...COMMON,
      access: { anyOf: ['users.view'] },
      method: 'GET',
      path: '/api/users/:id/sessions',
      summary: 'Where a member of staff is signed in',
      params: z.strictObject({ id }),
      response: z.object({ data: z.array(sessionView) }),
      handle: async (call) => ({
        body: { data: await staffSessions(call.deps, personOf(call).principal, call.params.id) },
      }),
    }),
    route({
      ...WRITE,
      method: 'DELETE',
      path: '/api/users/:id/sessions',
      summary: 'Sign a member of staff out everywhere',
      params: z.strictObject({ id }),
      handle: async (call) => {
        const target = { userId: call.params.id }
        await endStaffSessions(call.deps, personOf(call).principal, target, originOf(call))
        return { status: 204 }
      },
    }),
    route({
      ...WRITE,
      method: 'DELETE',
      path: '/api/users/:id/sessions/:session',
      summary: 'Sign a member of staff out in one place',
      params: z.strictObject({ id, session: sessionId }),
      handle: async (call) => {
        const target = { userId: call.params.id, sessionId: call.params.session }
        await endStaffSessions(call.deps, personOf(call).principal, target, originOf(call))
        return { status: 204 }
      },
    }),
  ]
}
