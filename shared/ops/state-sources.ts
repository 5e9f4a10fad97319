import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { shared } from './bounded.ts'
import type { HealthChecks } from './health-checks.ts'
import { gauge } from './metric-sources.ts'
import type { MetricSource } from './metrics.ts'
import type { Health } from './schema.ts'

type Checks = Pick<HealthChecks, 'full'>

const LEVELS: Readonly<Record<string, number>> = { healthy: 0, unproven: 0, degraded: 1, unhealthy: 2 }

/** Use of memory by this process's container, in percent of its limit. */
export const memorySource =
  ({ full }: Checks): MetricSource =>
  (registry) =>
    gauge(registry, {
      name: 'clinic_memory_used_percent',
      help: "Memory used by this process's container, in percent of its limit",
      read: async () => (await full()).checks.memory.usage_percent ?? Number.NaN,
    })

/** What the health answer says of the whole system, so that alerts and people look at the same figures. */
export function healthSource({ full }: Checks): MetricSource {
  const of =
    <K extends keyof Health['checks']>(name: K, pick: (check: Health['checks'][K]) => number | null) =>
    async () =>
      pick((await full()).checks[name]) ?? Number.NaN
  return (registry) => {
    gauge(registry, {
      name: 'clinic_health',
      help: 'State of each part: 0 healthy, 1 degraded, 2 unhealthy',
      labels: ['check'],
      read: async () =>
        Object.entries((await full()).checks).map(([check, { status }]) => ({
          labels: { check },
          value: LEVELS[status] ?? Number.NaN,
        })),
    })
    gauge(registry, {
      name: 'clinic_workers',
      help: 'Worker processes that said within 15 s that they live',
      read: of('workers', ({ count }) => count),
    })
    gauge(registry, {
      name: 'clinic_disk_used_percent',
      help: 'Use of the file system of DATA_DIR, in percent',
      read: of('disk', ({ usage_percent }) => usage_percent),
    })
    gauge(registry, {
      name: 'clinic_job_oldest_waiting_seconds',
      help: 'Time the job next in line has been waiting, worst of all job queues',
      read: of('queues', ({ oldest_waiting_seconds }) => oldest_waiting_seconds),
    })
  }
}

/** Figures of the event streams of one process. */
export interface StreamFigures {
  eventsSent: number
  slowClientsDropped: number
}

/** Events written and readers cut because they were too slow. */
export const streamFiguresSource =
  (read: () => StreamFigures): MetricSource =>
  (registry) => {
    gauge(registry, {
      name: 'clinic_sse_events_sent',
      help: 'Events written to streams since the process began',
      read: () => read().eventsSent,
    })
    gauge(registry, {
      name: 'clinic_sse_slow_clients_dropped',
      help: 'Streams cut because the reader was too far behind, since the process began',
      read: () => read().slowClientsDropped,
    })
  }

const OUTBOX_FRESH_MS = 5_000
const OUTBOX_LOST_MS = 15_000
const OUTBOX_LIMIT_MS = 1500

/** Committed events that are not published yet: more than a moment's worth means that no screen hears anything. */
export function outboxSource(db: Deps['db']): MetricSource {
  const look = shared(
    () =>
      reading<{ waiting: number; oldest_s: number | null }[]>(
        db('outbox_events')
          .timeout(OUTBOX_LIMIT_MS)
          .select(
            db.raw(
              'count(*) as waiting, timestampdiff(second, min(created_at), utc_timestamp(3)) as oldest_s',
            ),
          ),
      ),
    OUTBOX_FRESH_MS,
    OUTBOX_LOST_MS,
  )
  return (registry) => {
    gauge(registry, {
      name: 'clinic_outbox_events',
      help: 'Committed events that are not published yet',
      read: async () => Number((await look())[0]?.waiting ?? 0),
    })
    gauge(registry, {
      name: 'clinic_outbox_oldest_seconds',
      help: 'Age of the oldest event that is not published yet',
      read: async () => Number((await look())[0]?.oldest_s ?? 0),
    })
  }
}
