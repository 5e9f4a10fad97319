import type { Deps } from '../../shared/deps.ts'
import { eventKeys } from '../../shared/events/stream.ts'

/** Figures of one hub. */
export interface HubStats {
  connections: number
  maxConnections: number
  byTopic: Record<string, number>
  oldestAtMs: number
  startedAtMs: number
  eventsSent: number
  slowClientsDropped: number
}

/** The answer of `GET /api/sse/health`. */
export interface EventsHealth {
  status: 'healthy' | 'degraded'
  connections: number
  maxConnections: number
  byTopic: Record<string, number>
  oldestSeconds: number
  eventsSent: number
  slowClientsDropped: number
  uptimeSeconds: number
}

/** A process that has not written its figures for this long is gone. */
const GONE_AFTER_MS = 10_000
const KEEP_S = 60
/** Share of the places in use at which the state is `degraded`. */
const FULL_AT = 0.9

type Shared = HubStats & { atMs: number }

/** Writes a hub's figures where the others find them; does nothing while Redis is away. */
export function shareStats(deps: Pick<Deps, 'redis' | 'prefix'>, hubId: string, stats: HubStats): void {
  const key = eventKeys(deps.prefix).hubs
  const shared: Shared = { ...stats, atMs: Date.now() }
  deps.redis
    .multi()
    .hset(key, hubId, JSON.stringify(shared))
    .expire(key, KEEP_S)
    .exec()
    .catch(() => undefined)
}

/** Takes a closing hub's figures out of the sum. */
export async function withdrawStats(deps: Pick<Deps, 'redis' | 'prefix'>, hubId: string): Promise<void> {
  await deps.redis.hdel(eventKeys(deps.prefix).hubs, hubId).catch(() => undefined)
}

function sum(all: HubStats[], nowMs: number, degraded: boolean): EventsHealth {
  const add = (pick: (stats: HubStats) => number) => all.reduce((total, stats) => total + pick(stats), 0)
  const seconds = (pick: (stats: HubStats) => number) =>
    Math.max(0, ...all.map((stats) => Math.floor((nowMs - pick(stats)) / 1000)))
  const byTopic: Record<string, number> = {}
  for (const stats of all) {
    for (const [topic, count] of Object.entries(stats.byTopic)) byTopic[topic] = (byTopic[topic] ?? 0) + count
  }
  const connections = add((stats) => stats.connections)
  const maxConnections = add((stats) => stats.maxConnections)
  return {
    status: degraded || connections >= maxConnections * FULL_AT ? 'degraded' : 'healthy',
    connections,
    maxConnections,
    byTopic,
    oldestSeconds: seconds((stats) => (stats.connections > 0 ? stats.oldestAtMs : nowMs)),
    eventsSent: add((stats) => stats.eventsSent),
    slowClientsDropped: add((stats) => stats.slowClientsDropped),
    uptimeSeconds: seconds((stats) => stats.startedAtMs),
  }
}

/** Sums the figures of all processes; with Redis away, those of this one alone, `degraded`. */
export async function eventsHealth(
  deps: Pick<Deps, 'redis' | 'prefix'>,
  hub: { id: string; ready(): boolean; stats(): HubStats },
): Promise<EventsHealth> {
  const own = hub.stats()
  const key = eventKeys(deps.prefix).hubs
  const nowMs = Date.now()
  try {
    const found = await deps.redis.hgetall(key)
    const others = Object.entries(found).filter(([id]) => id !== hub.id)
    const shared = others.map(([id, text]) => ({ id, ...(JSON.parse(text) as Shared) }))
    const gone = shared.filter(({ atMs }) => nowMs - atMs > GONE_AFTER_MS)
    if (gone.length > 0) await deps.redis.hdel(key, ...gone.map(({ id }) => id))
    return sum([own, ...shared.filter((stats) => !gone.includes(stats))], nowMs, !hub.ready())
  } catch {
    return sum([own], nowMs, true)
  }
}
