import { Histogram } from 'prom-client'
import type { Deps } from '../deps.ts'
import type { MetricSource } from './metrics.ts'

interface QueryEvent {
  __knexQueryUid: string
}

const BUCKETS_S = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 30]
const MS_PER_S = 1000
/** More statements than any pool can run; what is above was lost with its connection. */
const MAX_OPEN = 1000

/** Times of all statements of a pool; fed by knex's own events, so nothing has to remember to measure. */
export interface QueryTimes {
  source: MetricSource
  summary(): Promise<{ count: number; averageMs: number; p95Ms: number | null }>
}

const measured = new WeakMap<Deps['db'], QueryTimes>()

/** Measures the statements of a pool from the first call on; several parts of a process share one measurement. */
export function queryTimes(db: Deps['db']): QueryTimes {
  let times = measured.get(db)
  if (times === undefined) {
    times = measure(db)
    measured.set(db, times)
  }
  return times
}

function measure(db: Deps['db']): QueryTimes {
  const histogram = new Histogram({
    name: 'clinic_db_query_duration_seconds',
    help: 'Time from sending a statement to its answer',
    labelNames: ['outcome'],
    buckets: BUCKETS_S,
    registers: [],
  })
  const open = new Map<string, number>()
  const ended = (outcome: string) => (_: unknown, query: QueryEvent) => {
    const startedAt = open.get(query.__knexQueryUid)
    if (startedAt === undefined) return
    open.delete(query.__knexQueryUid)
    histogram.observe({ outcome }, (performance.now() - startedAt) / MS_PER_S)
  }
  db.on('query', (query: QueryEvent) => {
    if (open.size >= MAX_OPEN) open.clear()
    open.set(query.__knexQueryUid, performance.now())
  })
  db.on('query-response', ended('ok'))
  db.on('query-error', ended('error'))
  return {
    source: (registry) => registry.registerMetric(histogram),
    async summary() {
      const { values } = await histogram.get()
      const total = (suffix: string) =>
        values
          .filter(({ metricName }) => metricName?.endsWith(suffix))
          .reduce((sum, { value }) => sum + value, 0)
      const count = total('_count')
      const averageMs = count === 0 ? 0 : (total('_sum') / count) * MS_PER_S
      const below = (le: number) =>
        values
          .filter(({ labels }) => (labels as Record<string, unknown>).le === le)
          .reduce((sum, { value }) => sum + value, 0)
      const p95 = BUCKETS_S.find((le) => below(le) >= count * 0.95)
      return { count, averageMs, p95Ms: count === 0 || p95 === undefined ? null : p95 * MS_PER_S }
    },
  }
}
