import { monitorEventLoopDelay } from 'node:perf_hooks'
import { z } from 'zod'
import { within } from '../../shared/ops/bounded.ts'
import { jobQueueDepths } from '../../shared/ops/job-queue-state.ts'
import { poolUse } from '../../shared/ops/metric-sources.ts'
import { memoryPercent } from '../../shared/ops/resources.ts'
import { type Route, route } from '../http/route.ts'
import type { Ops } from './ops.ts'

const depth = z.object({
  waiting: z.number(),
  active: z.number(),
  delayed: z.number(),
  failed: z.number(),
})

/** Measurements of this API process and of the job queues, for administrators. */
export const performanceBody = z.object({
  at: z.string(),
  uptimeSeconds: z.number(),
  database: z.object({
    pool: z.object({ used: z.number(), free: z.number(), pending: z.number(), max: z.number() }),
    queries: z.object({
      count: z.number(),
      averageMs: z.number(),
      p95Ms: z.number().nullable().describe('Upper bound of the bucket that holds it'),
    }),
  }),
  cache: z.object({ hits: z.number(), misses: z.number(), hitRate: z.number().nullable() }),
  jobQueues: z.record(z.string(), depth).nullable().describe('null while Redis is away'),
  eventLoopLag: z.object({ meanMs: z.number(), p99Ms: z.number(), maxMs: z.number() }),
  memory: z.object({
    rssBytes: z.number(),
    heapUsedBytes: z.number(),
    usagePercent: z.number().describe('Of the container, or of the machine'),
  }),
  eventStreams: z.number(),
})

const LAG_RESOLUTION_MS = 20
const LAG_WINDOW_MS = 60_000
const NS_PER_MS = 1e6
const QUEUES_LIMIT_MS = 1500

/** Event-loop lag of the last minute or less; the timer's own resolution is taken off. */
function lagMeter() {
  const histogram = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  histogram.enable()
  setInterval(() => histogram.reset(), LAG_WINDOW_MS).unref()
  const ms = (ns: number) => (Number.isFinite(ns) ? Math.max(0, ns / NS_PER_MS - LAG_RESOLUTION_MS) : 0)
  return () => ({
    meanMs: ms(histogram.mean),
    p99Ms: ms(histogram.percentile(99)),
    maxMs: ms(histogram.max),
  })
}

/** `GET /api/performance/metrics`. */
export function performanceRoutes(ops: Ops): Route[] {
  const lag = lagMeter()
  return [
    route({
      method: 'GET',
      path: '/api/performance/metrics',
      tag: 'operations',
      summary: 'Measurements of this process: pool, query times, cache, job queues, event loop, memory',
      access: { anyOf: ['metrics.view'] },
      limit: 'general',
      response: performanceBody,
      handle: async () => ({ body: await measure(ops, lag()) }),
    }),
  ]
}

async function measure(
  ops: Ops,
  eventLoopLag: z.infer<typeof performanceBody>['eventLoopLag'],
): Promise<z.infer<typeof performanceBody>> {
  const { deps, queues, queries, cacheCounts, openStreams } = ops
  const { hits, misses } = cacheCounts()
  const { rss, heapUsed } = process.memoryUsage()
  const [jobQueues, usagePercent, times] = await Promise.all([
    within(QUEUES_LIMIT_MS, jobQueueDepths(queues)).catch(() => null),
    memoryPercent(),
    queries.summary(),
  ])
  return {
    at: deps.clock.now().toISOString(),
    uptimeSeconds: Math.round(process.uptime()),
    database: { pool: poolUse(deps.db), queries: times },
    cache: { hits, misses, hitRate: hits + misses === 0 ? null : hits / (hits + misses) },
    jobQueues,
    eventLoopLag,
    memory: { rssBytes: rss, heapUsedBytes: heapUsed, usagePercent },
    eventStreams: openStreams(),
  }
}
