import { hash } from 'node:crypto'
import { z } from 'zod'
import { acknowledgeCall } from '../../shared/displays/commands.ts'
import { displayPrincipal, displaySession } from '../../shared/displays/reads.ts'
import { ack, ackInput } from '../../shared/displays/schema.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { getPlace, getScreen } from '../../shared/queue/reads.ts'
import { place, screen } from '../../shared/queue/schema.ts'
import { type Route, route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { countAnswer, countByToken, screenOf } from './policy.ts'

const MAX_TOKEN_CHARS = 64
const SLIP_TOKEN = /^[A-Za-z0-9_-]{22}$/
const bySlip = z.strictObject({ slipToken: z.string().max(MAX_TOKEN_CHARS) })
// as for other streams: a strange id gets `reset`, never an error, which would end the browser's stream for good
const lastEventId = z.union([z.string(), z.array(z.string())]).optional()

/** What a paired screen and the holder of a slip may call: numbers, rooms and masked names, nothing else. */
export function screenRoutes({ deps, hub, screens }: Pick<ApiServices, 'deps' | 'hub' | 'screens'>): Route[] {
  const open = { tag: 'displays', access: 'open' } as const
  return [
    route({
      ...open,
      method: 'GET',
      path: '/api/display/board',
      summary: 'What a paired screen shows: the latest calls and the next numbers',
      limit: 'none',
      response: screen,
      handle: async (call) => {
        const display = await screenOf(call)
        return countAnswer(call, `display:${display.id}`, await getScreen(deps))
      },
    }),
    route({
      ...open,
      method: 'POST',
      path: '/api/display/acks',
      summary: 'A paired screen says that it showed or spoke a call; the front desk is told',
      limit: 'none',
      body: ackInput,
      response: ack,
      handle: async (call) => {
        const display = await screenOf(call)
        await countByToken(call, `display:${display.id}`)
        return { body: await acknowledgeCall(deps, display, call.body) }
      },
    }),
    route({
      ...open,
      method: 'GET',
      path: '/api/sse/display',
      summary: 'Changes of the queue for a paired screen, live',
      limit: 'stream',
      mode: 'stream',
      query: z.object({ lastEventId }),
      handle: async (call) => {
        if (call.req.method !== 'GET') throw new AppError('request/method-not-allowed')
        const display = await screenOf(call)
        const { lastEventId: after } = call.query
        const sent = call.header('last-event-id') || (Array.isArray(after) ? after.join() : after)
        screens.opened(display)
        call.res.once('close', () => screens.closed(display))
        hub.subscribe(call.res, {
          principal: displayPrincipal(display),
          sessionId: displaySession(display),
          topics: ['display'],
          ...(sent === undefined || sent === '' ? {} : { lastEventId: sent }),
        })
        return 'raw'
      },
    }),
    route({
      ...open,
      method: 'GET',
      path: '/api/track/:slipToken',
      summary: 'Where the holder of a slip stands, and between which minutes the call may come',
      limit: 'none',
      params: bySlip,
      response: place,
      handle: async (call) => {
        const { slipToken } = call.params
        const found = SLIP_TOKEN.test(slipToken) ? await getPlace(deps, slipToken) : null
        if (found === null) {
          await countByToken(call, `track-unknown:${call.address}`)
          throw new AppError('not-found')
        }
        return countAnswer(call, `track:${hash('sha256', slipToken, 'base64url')}`, found)
      },
    }),
  ]
}
