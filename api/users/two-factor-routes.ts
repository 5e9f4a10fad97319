import { z } from 'zod'
import { isRowId } from '../../shared/units/ids.ts'
import {
  enableBody,
  proofBody,
  recoveryCodes,
  setUpAnswer,
  setUpBody,
  signedIn,
} from '../../shared/users/schema.ts'
import {
  disableTwoFactor,
  enableTwoFactor,
  removeTwoFactor,
  renewRecoveryCodes,
  setUpTwoFactor,
} from '../../shared/users/two-factor.ts'
import { type Route, route } from '../http/route.ts'
import { originOf } from './cookie-scope.ts'
import { personOf, withCookie } from './replies.ts'

const OWN = { tag: 'Sign-in', access: 'session', limit: 'auth', peopleOnly: true, method: 'POST' } as const

/** The second step of the sign-in: set up, turn on and off, recovery codes; and its removal by an administrator. */
export function twoFactorRoutes(): Route[] {
  return [
    route({
      ...OWN,
      path: '/api/auth/2fa/setup',
      summary: 'Make a seed for an authenticator; nothing changes until a code of it is shown',
      body: setUpBody,
      response: setUpAnswer,
      handle: async (call) => {
        const { principal } = personOf(call)
        const made = await setUpTwoFactor(call.deps, principal, call.body.password, originOf(call))
        return { status: 200, body: made }
      },
    }),
    route({
      ...OWN,
      path: '/api/auth/2fa/enable',
      summary: 'Turn the second step on with a first code; the recovery codes are answered once',
      body: enableBody,
      response: signedIn.extend(recoveryCodes.shape),
      handle: async (call) => {
        const { principal } = personOf(call)
        const done = await enableTwoFactor(call.deps, principal, call.body.code, originOf(call))
        return withCookie(call, done, { recoveryCodes: done.recoveryCodes })
      },
    }),
    route({
      ...OWN,
      path: '/api/auth/2fa/disable',
      summary: 'Turn the second step off',
      body: proofBody,
      response: signedIn,
      handle: async (call) => {
        const { principal } = personOf(call)
        return withCookie(call, await disableTwoFactor(call.deps, principal, call.body, originOf(call)))
      },
    }),
    route({
      ...OWN,
      path: '/api/auth/2fa/recovery-codes',
      summary: 'New recovery codes in place of all earlier ones, answered once',
      body: proofBody,
      response: recoveryCodes,
      handle: async (call) => {
        const { principal } = personOf(call)
        const made = await renewRecoveryCodes(call.deps, principal, call.body, originOf(call))
        return { status: 200, body: made }
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/users/:id/2fa',
      tag: 'Users',
      summary: 'Take the second step off somebody who lost telephone and codes; ends the sessions',
      access: { anyOf: ['users.write'] },
      limit: 'general',
      peopleOnly: true,
      params: z.strictObject({ id: z.string().refine(isRowId, 'Must be an id') }),
      handle: async (call) => {
        await removeTwoFactor(call.deps, personOf(call).principal, call.params.id, originOf(call))
        return { status: 204 }
      },
    }),
  ]
}
