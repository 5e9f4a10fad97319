import type { ServerResponse } from 'node:http'
import type { Deps } from '../../shared/deps.ts'
import type { StreamEntry } from '../../shared/events/read.ts'
import type { Topic } from '../../shared/events/registry.ts'
import { STREAM_MAX_ENTRIES } from '../../shared/events/stream.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { newId } from '../../shared/units/ids.ts'
import { mayRead, sameRights } from './audience.ts'
import { type HubStats, shareStats, withdrawStats } from './health.ts'
import { startReader } from './reader.ts'
import { openSse, type SseStream } from './sse.ts'
import { createWindow } from './window.ts'
import { formatEvent } from './wire.ts'

/** Who listens to what. `entityId` narrows it to one thing; `lastEventId` as the client sent it, unchecked. */
export interface Subscription {
  principal: Principal
  sessionId: string
  topics: readonly Topic[]
  entityId?: string
  lastEventId?: string
}

/** All open event streams of this process. */
export interface EventHub {
  /** Name of this hub among those of all processes. */
  id: string
  /** Takes over the response and streams to it until either side closes. Always answers 200. */
  subscribe(res: ServerResponse, subscription: Subscription): void
  stats(): HubStats
  /** Says goodbye to all clients, spreading their return, and stops reading. */
  close(): Promise<void>
}

export interface HubOptions {
  /** Which sessions still live, with their present rights. */
  sessionsAlive(deps: Deps, sessionIds: string[]): Promise<Map<string, Principal | null>>
  maxClients?: number
  maxPerUser?: number
}

const MAX_CLIENTS = 10_000
const MAX_PER_USER = 20
const TICK_MS = 1000
const CHECK_SESSIONS_EVERY_MS = 2500
const SESSIONS_PER_CALL = 1000
/** A refused client is told to stay away this many times longer than usual, and half as long again at most. */
const REFUSED_RETRY_FACTOR = 6
/** Passes of the reader after which an id that is not there yet is known never to come. */
const PASSES_TO_WAIT = 2

interface Client {
  stream: SseStream
  who: Subscription
  /** Number of the entry it needs next; 0 while its place in the stream is not known. */
  next: number
  /** Number of the last entry whose id it was told. */
  told: number
  givesUpAtPass: number
  openedAtMs: number
  heartbeatAtMs: number
  closesAtMs: number
}

const RESET = formatEvent({ event: 'reset', data: '{}' })

/** Opens the hub: one reader of the stream, and every client of this process fed from memory. */
export function createHub(deps: Deps, options: HubOptions): EventHub {
  const { SSE_RETRY_MS: retryMs, SSE_HEARTBEAT_MS: heartbeatMs, SSE_MAX_AGE_MS: maxAgeMs } = deps.config
  const { maxClients = MAX_CLIENTS, maxPerUser = MAX_PER_USER } = options
  const hubId = newId()
  const startedAtMs = Date.now()
  const clients = new Set<Client>()
  const streamsOf = new Map<string, number>()
  const window = createWindow(STREAM_MAX_ENTRIES)
  const counts = { eventsSent: 0, slowClientsDropped: 0 }
  let passes = 0
  let closed = false

  const count = (userId: string, by: number) => {
    const now = (streamsOf.get(userId) ?? 0) + by
    if (now > 0) streamsOf.set(userId, now)
    else streamsOf.delete(userId)
  }

  const sendIfVisible = (client: Client, entry: StreamEntry, wire: Buffer): boolean => {
    client.next = entry.seq + 1
    if (!mayRead(client.who, entry)) return true
    client.told = entry.seq
    counts.eventsSent++
    return client.stream.send(wire)
  }

  /** Tells a client where it stands though nothing was sent to it, so that it can resume from there. */
  const tellPlace = (client: Client) => {
    const last = window.last()
    if (last === undefined || client.next !== last.seq + 1 || client.told === last.seq) return
    client.told = last.seq
    client.stream.send(formatEvent({ id: last.id }))
  }

  const jumpToEnd = (client: Client, reset: boolean) => {
    client.next = window.nextSeq()
    tellPlace(client)
    if (reset) client.stream.send(RESET)
  }

  /** Sends what a client still lacks, as fast as it takes it. */
  const catchUp = (client: Client) => {
    while (clients.has(client) && client.next < window.nextSeq()) {
      const held = window.at(client.next)
      if (held === undefined) return jumpToEnd(client, true)
      if (!sendIfVisible(client, held.entry, held.wire))
        return client.stream.onceDrained(() => catchUp(client))
    }
  }

  /** Finds a client's place; one whose id is newer than ours waits for the reader to get there. */
  const settle = (client: Client) => {
    if (window.last() === undefined) return
    if (client.who.lastEventId === undefined) return jumpToEnd(client, false)
    const place = window.placeAfter(client.who.lastEventId)
    if (place === 'ahead' && passes < client.givesUpAtPass) return
    if (typeof place !== 'number') return jumpToEnd(client, true)
    client.next = place
    client.told = place - 1
    catchUp(client)
  }
  const settleWaiting = () => {
    for (const client of clients) if (client.next === 0) settle(client)
  }

  const reader = startReader(deps, {
    onStart(entries) {
      window.clear()
      for (const entry of entries) window.add(entry)
      for (const client of clients) {
        if (client.next > 0) {
          client.told = 0
          jumpToEnd(client, true)
        }
      }
      settleWaiting()
    },
    onEntries(entries) {
      for (const entry of entries) {
        const { wire } = window.add(entry)
        for (const client of clients) if (client.next === entry.seq) sendIfVisible(client, entry, wire)
      }
      settleWaiting()
    },
    onCaughtUp() {
      passes++
      settleWaiting()
    },
  })

  const tick = () => {
    const nowMs = Date.now()
    const beat = formatEvent({
      event: 'heartbeat',
      data: JSON.stringify({ at: new Date(nowMs).toISOString() }),
    })
    for (const client of clients) {
      if (client.stream.cutIfStalled(nowMs)) continue
      if (nowMs >= client.closesAtMs) client.stream.bye('age')
      else if (nowMs >= client.heartbeatAtMs) {
        client.heartbeatAtMs = nowMs + heartbeatMs
        tellPlace(client)
        client.stream.send(beat)
      }
    }
    shareStats(deps, hubId, stats())
  }

  const checkSessions = async (): Promise<void> => {
    const ids = [...new Set([...clients].map(({ who }) => who.sessionId))]
    const alive = new Map<string, Principal | null>()
    for (let from = 0; from < ids.length; from += SESSIONS_PER_CALL) {
      const part = await options.sessionsAlive(deps, ids.slice(from, from + SESSIONS_PER_CALL))
      for (const [id, principal] of part) alive.set(id, principal)
    }
    for (const { who, stream } of clients) {
      // Not asked about: it came while we asked. Its turn is next.
      const now = alive.get(who.sessionId)
      if (now !== undefined && !sameRights(now, who.principal)) stream.bye('session')
    }
  }

  const ticker = setInterval(tick, Math.min(TICK_MS, Math.ceil(heartbeatMs / 2)))
  let checking = false
  const sessionTimer = setInterval(() => {
    if (checking) return
    checking = true
    // While the session store is away no events come either, so streams stay open and are judged when it is back.
    checkSessions()
      .catch((err) => deps.log.debug({ err }, 'sessions of open streams not checked'))
      .finally(() => {
        checking = false
      })
  }, CHECK_SESSIONS_EVERY_MS)

  function stats(): HubStats {
    const byTopic: Record<string, number> = {}
    let oldestAtMs = Date.now()
    for (const { who, openedAtMs } of clients) {
      for (const topic of who.topics) byTopic[topic] = (byTopic[topic] ?? 0) + 1
      oldestAtMs = Math.min(oldestAtMs, openedAtMs)
    }
    return {
      connections: clients.size,
      maxConnections: maxClients,
      byTopic,
      oldestAtMs,
      startedAtMs,
      ...counts,
    }
  }

  return {
    id: hubId,
    stats,
    subscribe(res, who) {
      const { userId } = who.principal
      const nowMs = Date.now()
      const onClose = (slow: boolean) => {
        if (slow) counts.slowClientsDropped++
        if (clients.delete(client)) count(userId, -1)
      }
      const stream = openSse(res, { retryMs, onClose })
      const client: Client = {
        stream,
        who,
        next: 0,
        told: 0,
        givesUpAtPass: passes + PASSES_TO_WAIT,
        openedAtMs: nowMs,
        heartbeatAtMs: nowMs + heartbeatMs,
        closesAtMs: nowMs + maxAgeMs * (0.9 + Math.random() * 0.1),
      }
      if (closed || clients.size >= maxClients || (streamsOf.get(userId) ?? 0) >= maxPerUser) {
        return stream.bye('limit', Math.round(retryMs * REFUSED_RETRY_FACTOR * (1 + Math.random() / 2)))
      }
      clients.add(client)
      count(userId, 1)
      settle(client)
    },
    async close() {
      closed = true
      clearInterval(ticker)
      clearInterval(sessionTimer)
      for (const { stream } of clients) stream.bye('shutdown', Math.round(retryMs * (0.2 + Math.random())))
      await reader.close()
      await withdrawStats(deps, hubId)
    },
  }
}
