import { z } from 'zod'
import { createDisplay, pairDisplay, revokeDisplay } from '../../shared/displays/commands.ts'
import { getDisplays } from '../../shared/displays/reads.ts'
import { displayInput, displayList, newDisplay, paired, pairInput } from '../../shared/displays/schema.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { countCall } from '../http/rate-limit.ts'
import { type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { displayCookie } from './cookie.ts'
import { READERS, WRITERS } from './policy.ts'

const MINUTE_MS = 60_000
const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

/** The screens of the waiting room as administrators keep them, and how a browser becomes one. */
export function displaysRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  const keeping = { tag: 'displays', access: WRITERS, limit: 'general' } as const
  return [
    route({
      method: 'GET',
      path: '/api/displays',
      tag: 'displays',
      summary: 'The screens, and which of them are there at this moment',
      access: READERS,
      limit: 'general',
      response: displayList,
      handle: async () => ({ body: { data: await getDisplays(deps) } }),
    }),
    route({
      ...keeping,
      method: 'POST',
      path: '/api/displays',
      summary: 'Add a screen: answers the code that pairs it once, within ten minutes',
      body: displayInput,
      response: newDisplay,
      handle: async (call) => ({ body: await createDisplay(deps, call.body.name, whoIs(call)) }),
    }),
    route({
      ...keeping,
      method: 'DELETE',
      path: '/api/displays/:id',
      summary: 'Revoke a screen: its token and its streams end',
      params: byId,
      handle: async (call) => {
        if (!isRowId(call.params.id)) throw new AppError('not-found')
        await revokeDisplay(deps, call.params.id, whoIs(call))
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      path: '/api/displays/pair',
      tag: 'displays',
      summary: 'Make this browser the screen of a pairing code; answers with its cookie',
      access: 'open',
      limit: 'auth',
      body: pairInput,
      response: paired,
      handle: async (call) => {
        const { address, requestId, body } = call
        await countCall(deps, `pair:${address}`, deps.config.RATE_LIMIT_AUTH_PER_MINUTE, MINUTE_MS)
        const who = { username: 'display', address, requestId }
        const { token, name } = await pairDisplay(deps, body.code, who)
        return { body: { name }, headers: { 'Set-Cookie': displayCookie(call, token) } }
      },
    }),
  ]
}
