import { z } from 'zod'
import { isRowId } from '../../shared/units/ids.ts'
import { changeUser, createUser, resetPassword } from '../../shared/users/commands.ts'
import { staff, staffMember } from '../../shared/users/reads.ts'
import { newUserBody, pageQuery, staffView, userPatchBody } from '../../shared/users/schema.ts'
import { type Route, route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { authRoutes } from './auth-routes.ts'
import { originOf } from './cookie-scope.ts'
import { personOf } from './replies.ts'
import { staffSessionRoutes } from './staff-session-routes.ts'
import { tokenRoutes } from './token-routes.ts'

const params = z.strictObject({ id: z.string().refine(isRowId, 'Must be an id') })
const oneTimePassword = z.string()
const VIEW = { tag: 'Users', access: { anyOf: ['users.view'] }, limit: 'general' } as const
const WRITE = {
  tag: 'Users',
  access: { anyOf: ['users.write'] },
  limit: 'general',
  peopleOnly: true,
} as const

/** Sign-in, sessions and the staff. */
export function usersRoutes(_services: ApiServices): Route[] {
  return [
    ...authRoutes(),
    ...tokenRoutes(),
    route({
      ...VIEW,
      method: 'GET',
      path: '/api/users',
      summary: 'The staff',
      query: pageQuery,
      response: z.object({ data: z.array(staffView), meta: z.record(z.string(), z.number().nullable()) }),
      handle: async (call) => ({ body: await staff(call.deps, personOf(call).principal, call.query) }),
    }),
    route({
      ...VIEW,
      method: 'GET',
      path: '/api/users/:id',
      summary: 'One member of staff',
      params,
      response: staffView,
      handle: async (call) => ({
        body: await staffMember(call.deps, personOf(call).principal, call.params.id),
      }),
    }),
    route({
      ...WRITE,
      method: 'POST',
      path: '/api/users',
      summary: 'Add a member of staff; the one-time password is answered once',
      body: newUserBody,
      response: staffView.extend({ oneTimePassword }),
      handle: async (call) => {
        const { principal } = personOf(call)
        const made = await createUser(call.deps, principal, call.body, originOf(call))
        return { status: 201, body: { ...made.user, oneTimePassword: made.oneTimePassword } }
      },
    }),
    route({
      ...WRITE,
      method: 'PATCH',
      path: '/api/users/:id',
      summary: 'Change role, grants, name or whether a person may sign in; ends the sessions',
      params,
      body: userPatchBody,
      response: staffView,
      handle: async (call) => {
        const { principal } = personOf(call)
        return { body: await changeUser(call.deps, principal, call.params.id, call.body, originOf(call)) }
      },
    }),
    route({
      ...WRITE,
      method: 'POST',
      path: '/api/users/:id/password-reset',
      summary: 'Give a new one-time password, answered once; ends the sessions',
      params,
      response: z.object({ oneTimePassword }),
      handle: async (call) => {
        const { principal } = personOf(call)
        const reset = await resetPassword(call.deps, principal, call.params.id, originOf(call))
        return { status: 200, body: reset }
      },
    }),
    ...staffSessionRoutes(),
  ]
}
