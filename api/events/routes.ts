import { z } from 'zod'
import type { Deps } from '../../shared/deps.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { TOPICS, type Topic } from '../../shared/events/registry.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { isUuid } from '../../shared/units/ids.ts'
import { type Call, type Reply, type Route, route } from '../http/route.ts'
import { mayListen } from './audience.ts'
import { eventsHealth } from './health.ts'
import type { EventHub } from './hub.ts'

/** What the event routes need of the process. */
export interface EventsServices {
  hub: EventHub
  /** The operation with this id if the person may see it; follows the rule of the operations' own reads. */
  findVisibleOperation(deps: Deps, principal: Principal, id: string): Promise<unknown>
}

// Browsers cannot set headers on an EventSource they make anew, so the query may carry the id too. A strange one is
// never refused: an error status would end the browser's stream for good; it gets `reset` instead.
const lastEventId = z.union([z.string(), z.array(z.string())]).optional()

const health = z.object({
  status: z.enum(['healthy', 'degraded']),
  connections: z.number(),
  maxConnections: z.number(),
  byTopic: z.record(z.string(), z.number()),
  oldestSeconds: z.number(),
  eventsSent: z.number(),
  slowClientsDropped: z.number(),
  uptimeSeconds: z.number(),
})

function parseTopics(list: string | undefined, principal: Principal | null): Topic[] {
  if (list === undefined) return TOPICS.filter((topic) => principal !== null && mayListen(principal, topic))
  const wanted = new Set(list.split(',').map((name) => name.trim()))
  const known = TOPICS.filter((topic) => wanted.has(topic))
  if (known.length === 0 || known.length < wanted.size) {
    throw new AppError('request/invalid', {
      errors: [{ path: 'topics', message: `must be of ${TOPICS.join(', ')}` }],
    })
  }
  return known
}

const STREAM = { access: 'session', limit: 'stream', mode: 'stream', tag: 'Events' } as const

/** The event streams and their health. */
export function eventsRoutes(services: EventsServices): Route[] {
  const { hub } = services

  const stream = (call: Call, topics: Topic[], id: unknown, entityId?: string): Reply => {
    // The router answers HEAD by the GET route; a stream has no head to show.
    if (call.req.method !== 'GET') throw new AppError('request/method-not-allowed')
    if (call.principal === null || call.sessionId === null) throw new AppError('auth/required')
    const { principal, sessionId } = call
    if (!topics.every((topic) => mayListen(principal, topic))) throw new AppError('auth/forbidden')
    const sent = call.header('last-event-id') || (Array.isArray(id) ? id.join() : (id as string | undefined))
    hub.subscribe(call.res, {
      principal,
      sessionId,
      topics,
      ...(entityId === undefined ? {} : { entityId }),
      ...(sent === undefined || sent === '' ? {} : { lastEventId: sent }),
    })
    return 'raw'
  }

  return [
    route({
      ...STREAM,
      method: 'GET',
      path: '/api/sse/queue-updates',
      summary: 'Changes of the queue, live',
      query: z.object({ lastEventId }),
      handle: async (call) => stream(call, ['queue'], call.query.lastEventId),
    }),
    route({
      ...STREAM,
      method: 'GET',
      path: '/api/sse/operations',
      summary: 'Changes of operations, live; of one with `id`',
      query: z.object({ lastEventId, id: z.string().optional() }),
      async handle(call) {
        const { id, lastEventId: after } = call.query
        if (id !== undefined) {
          if (call.principal === null) throw new AppError('auth/required')
          const found = isUuid(id) && (await services.findVisibleOperation(call.deps, call.principal, id))
          if (!found) throw new AppError('not-found')
        }
        return stream(call, ['operations'], after, id)
      },
    }),
    route({
      ...STREAM,
      method: 'GET',
      path: '/api/sse/events',
      summary: 'Several topics over one connection; all of them without `topics`',
      query: z.object({ lastEventId, topics: z.string().optional() }),
      handle: async (call) =>
        stream(call, parseTopics(call.query.topics, call.principal), call.query.lastEventId),
    }),
    route({
      method: 'GET',
      path: '/api/sse/health',
      tag: 'Events',
      summary: 'Open streams of all API processes',
      access: 'open',
      limit: 'none',
      response: health,
      handle: async (call) => ({ body: await eventsHealth(call.deps, hub) }),
    }),
  ]
}
