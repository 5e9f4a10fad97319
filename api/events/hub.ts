import type { ServerResponse } from 'node:http'
import type { Deps } from '../../shared/deps.ts'
import { newId } from '../../shared/units/ids.ts'
import { type Client, createFeed, type Subscription } from './feed.ts'
import { type HubStats, shareStats, withdrawStats } from './health.ts'
import { type SessionsAlive, watchSessions } from './session-watch.ts'
import { openSse } from './sse.ts'
import { formatEvent } from './wire.ts'

/** All open event streams of this process. */
export interface EventHub {
  /** Name of this hub among those of all processes. */
  id: string
  /** Takes over the response and streams to it until either side closes. Always answers 200. */
  subscribe(res: ServerResponse, subscription: Subscription): void
  /** Whether it follows the stream yet; clients that come before wait for it. */
  ready(): boolean
  stats(): HubStats
  /** Says goodbye to all clients, spreading their return, and stops reading. Before the server's own close. */
  close(): Promise<void>
}

export interface HubOptions {
  sessionsAlive: SessionsAlive
  maxClients?: number
  maxPerUser?: number
}

const MAX_CLIENTS = 10_000
const MAX_PER_USER = 20
const TICK_MS = 1000
/** Streams end after this share of their age at the earliest, so that those opened together do not return together. */
const SHORTEST_AGE = 0.9
/** A refused client is told to stay away this many times longer than usual, and half as long again at most. */
const REFUSED_RETRY_FACTOR = 6

interface OpenClient extends Client {
  openedAtMs: number
  heartbeatAtMs: number
  closesAtMs: number
}

/** Opens the hub: one reader of the stream, and every client of this process fed from memory. */
export function createHub(deps: Deps, options: HubOptions): EventHub {
  const { SSE_RETRY_MS: retryMs, SSE_HEARTBEAT_MS: heartbeatMs, SSE_MAX_AGE_MS: maxAgeMs } = deps.config
  const { maxClients = MAX_CLIENTS, maxPerUser = MAX_PER_USER } = options
  const id = newId()
  const startedAtMs = Date.now()
  const clients = new Set<OpenClient>()
  const streamsOf = new Map<string, number>()
  const feed = createFeed(deps, clients)
  const stopWatching = watchSessions(deps, clients, options.sessionsAlive)
  let slowClientsDropped = 0
  let closed = false

  const count = (userId: string, by: number): void => {
    const now = (streamsOf.get(userId) ?? 0) + by
    if (now > 0) streamsOf.set(userId, now)
    else streamsOf.delete(userId)
  }

  const hasRoom = (userId: string): boolean =>
    !closed && clients.size < maxClients && (streamsOf.get(userId) ?? 0) < maxPerUser

  const stats = (): HubStats => {
    const byTopic: Record<string, number> = {}
    let oldestAtMs = Date.now()
    for (const { who, openedAtMs } of clients) {
      for (const topic of who.topics) byTopic[topic] = (byTopic[topic] ?? 0) + 1
      oldestAtMs = Math.min(oldestAtMs, openedAtMs)
    }
    const eventsSent = feed.eventsSent()
    return {
      ...{ connections: clients.size, maxConnections: maxClients, byTopic, oldestAtMs, startedAtMs },
      ...{ eventsSent, slowClientsDropped },
    }
  }

  // One timer for all clients: a timer each would cost memory, and the second's grain is enough.
  const tick = (): void => {
    const nowMs = Date.now()
    const beat = formatEvent({ event: 'heartbeat', data: JSON.stringify({ at: new Date(nowMs) }) })
    for (const client of clients) {
      if (client.stream.cutIfStalled(nowMs)) continue
      if (nowMs >= client.closesAtMs) client.stream.bye('age')
      else if (nowMs >= client.heartbeatAtMs) {
        client.heartbeatAtMs = nowMs + heartbeatMs
        feed.sendWithPlace(client, beat)
      }
    }
    shareStats(deps, id, stats())
  }
  const ticker = setInterval(tick, Math.min(TICK_MS, Math.ceil(heartbeatMs / 2)))

  return {
    id,
    ready: feed.ready,
    stats,
    subscribe(res, who) {
      const { userId } = who.principal
      const nowMs = Date.now()
      const onClose = (slow: boolean): void => {
        if (slow) slowClientsDropped++
        if (clients.delete(client)) count(userId, -1)
      }
      const stream = openSse(res, { retryMs, onClose })
      const client: OpenClient = {
        ...feed.join(stream, who),
        openedAtMs: nowMs,
        heartbeatAtMs: nowMs + heartbeatMs,
        closesAtMs: nowMs + maxAgeMs * (SHORTEST_AGE + Math.random() * (1 - SHORTEST_AGE)),
      }
      if (!hasRoom(userId)) {
        stream.bye('limit', Math.round(retryMs * REFUSED_RETRY_FACTOR * (1 + Math.random() / 2)))
        return
      }
      clients.add(client)
      count(userId, 1)
      feed.settle(client)
    },
    async close() {
      closed = true
      clearInterval(ticker)
      stopWatching()
      for (const { stream } of clients) stream.bye('shutdown', Math.round(retryMs * (0.2 + Math.random())))
      await feed.close()
      await withdrawStats(deps, id)
    },
  }
}
