import { z } from 'zod'
import { isRowId } from '../../shared/units/ids.ts'
import { tokenBody, tokenView } from '../../shared/users/schema.ts'
import { createToken, listTokens, revokeToken } from '../../shared/users/tokens.ts'
import { type Route, route } from '../http/route.ts'
import { originOf } from './cookie-scope.ts'
import { personOf } from './replies.ts'

const COMMON = {
  tag: 'Tokens',
  access: { anyOf: ['users.write'] },
  limit: 'general',
  peopleOnly: true,
} as const

/** API tokens for scripts. */
export function tokenRoutes(): Route[] {
  return [
    route({
      ...COMMON,
      method: 'GET',
      path: '/api/tokens',
      summary: 'The tokens that work',
      response: z.object({ data: z.array(tokenView) }),
      handle: async (call) => ({ body: { data: await listTokens(call.deps, personOf(call).principal) } }),
    }),
    route({
      ...COMMON,
      method: 'POST',
      path: '/api/tokens',
      summary: 'Make a token of your own; its secret is answered once',
      body: tokenBody,
      response: tokenView.extend({ token: z.string() }),
      handle: async (call) => {
        const { principal } = personOf(call)
        return { status: 201, body: await createToken(call.deps, principal, call.body, originOf(call)) }
      },
    }),
    route({
      ...COMMON,
      method: 'DELETE',
      path: '/api/tokens/:id',
      summary: 'End a token at once',
      params: z.strictObject({ id: z.string().refine(isRowId, 'Must be an id') }),
      handle: async (call) => {
        await revokeToken(call.deps, personOf(call).principal, call.params.id, originOf(call))
        return { status: 204 }
      },
    }),
  ]
}
