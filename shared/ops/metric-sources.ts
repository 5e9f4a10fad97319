import { Gauge, type Registry } from 'prom-client'
import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { shared, within } from './bounded.ts'
import type { MetricSource } from './metrics.ts'

/** One value, or several told apart by the labels they carry. */
type Reading = number | { labels: Record<string, string>; value: number }[]

interface GaugeOptions {
  name: string
  help: string
  labels?: string[]
  read(): Reading | Promise<Reading>
}

const READ_LIMIT_MS = 2000

/** A gauge that is read when Prometheus asks; what can't be read in time is left out of the answer. */
export function gauge(registry: Registry, { name, help, labels = [], read }: GaugeOptions): void {
  new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    async collect() {
      this.reset()
      const found = await within(READ_LIMIT_MS, Promise.resolve().then(read)).catch(() => null)
      if (typeof found === 'number') this.set(found)
      else for (const each of found ?? []) this.set(each.labels, each.value)
      if (found === null) this.remove()
    },
  })
}

/** How the pool of database connections stands at this moment. */
export interface PoolUse {
  used: number
  free: number
  pending: number
  max: number
}

/** Reads the pool's counters from knex; `pending` counts those who wait for a connection, new ones being opened too. */
export function poolUse(db: Deps['db']): PoolUse {
  const pool = db.client.pool
  return {
    used: pool.numUsed(),
    free: pool.numFree(),
    pending: pool.numPendingAcquires() + pool.numPendingCreates(),
    max: pool.max,
  }
}

/** Connections of the pool by state. */
export const poolSource =
  (db: Deps['db']): MetricSource =>
  (registry) =>
    gauge(registry, {
      name: 'clinic_db_pool_connections',
      help: 'Database connections of this process by state; max is the limit',
      labels: ['state'],
      read: () => Object.entries(poolUse(db)).map(([state, value]) => ({ labels: { state }, value })),
    })

/** Counters of the read cache; `hits` and `misses` since the process began. */
export interface CacheCounts {
  hits: number
  misses: number
}

/** Hits and misses of the read cache. */
export const cacheSource =
  (read: () => CacheCounts): MetricSource =>
  (registry) =>
    gauge(registry, {
      name: 'clinic_cache_reads',
      help: 'Reads through the cache by outcome since the process began',
      labels: ['outcome'],
      read: () => [
        { labels: { outcome: 'hit' }, value: read().hits },
        { labels: { outcome: 'miss' }, value: read().misses },
      ],
    })

/** Open event streams of this process. */
export const streamSource =
  (connections: () => number): MetricSource =>
  (registry) =>
    gauge(registry, {
      name: 'clinic_sse_connections',
      help: 'Open event streams of this process',
      read: connections,
    })

const TABLE_FRESH_MS = 10_000
const TABLE_LOST_MS = 30_000
const TABLE_LIMIT_MS = 1500
const IMPORT_OUTCOMES = ['inserted', 'updated', 'unchanged', 'skipped', 'rejected'] as const

interface OperationRow {
  status: string
  operations: number
  [outcome: string]: string | number | null
}

/** Operations by status and imported rows by outcome, from the durable records, so that a restart loses nothing. */
export function operationSource(db: Deps['db']): MetricSource {
  const sums = IMPORT_OUTCOMES.map((outcome) => `sum(json_value(counts, '$.${outcome}')) as ${outcome}`).join(
    ', ',
  )
  const rows = shared(
    () =>
      reading<OperationRow[]>(
        db('operations')
          .timeout(TABLE_LIMIT_MS)
          .groupBy('status')
          .select('status', db.raw(`count(*) as operations, ${sums}`)),
      ),
    TABLE_FRESH_MS,
    TABLE_LOST_MS,
  )
  return (registry) => {
    gauge(registry, {
      name: 'clinic_operations',
      help: 'Operations by status',
      labels: ['status'],
      read: async () =>
        (await rows()).map((row) => ({ labels: { status: row.status }, value: Number(row.operations) })),
    })
    gauge(registry, {
      name: 'clinic_import_rows',
      help: 'Rows that imports have dealt with, by outcome',
      labels: ['outcome'],
      read: async () => {
        const found = await rows()
        return IMPORT_OUTCOMES.map((outcome) => ({
          labels: { outcome },
          value: found.reduce((total, row) => total + Number(row[outcome] ?? 0), 0),
        }))
      },
    })
  }
}
