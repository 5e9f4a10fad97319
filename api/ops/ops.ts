import type { Deps } from '../../shared/deps.ts'
import type { JobQueues } from '../../shared/jobs/queues.ts'
import { createHealthChecks, type HealthChecks } from '../../shared/ops/health-checks.ts'
import { jobQueueState } from '../../shared/ops/job-queue-state.ts'
import { mailsSource } from '../../shared/ops/mail-source.ts'
import {
  type CacheCounts,
  cacheSource,
  operationSource,
  poolSource,
  streamSource,
} from '../../shared/ops/metric-sources.ts'
import { createMetrics, type MetricSource, type Metrics } from '../../shared/ops/metrics.ts'
import { type QueryTimes, queryTimes } from '../../shared/ops/query-times.ts'
import {
  healthSource,
  memorySource,
  outboxSource,
  type StreamFigures,
  streamFiguresSource,
} from '../../shared/ops/state-sources.ts'

/** What the operations side of an API process holds. */
export interface Ops {
  deps: Deps
  queues: JobQueues
  checks: HealthChecks
  metrics: Metrics
  queries: QueryTimes
  cacheCounts(): CacheCounts
  openStreams(): number
}

export interface OpsOptions {
  deps: Deps
  queues: JobQueues
  /** Hits and misses of this process's read cache. */
  cacheCounts?: () => CacheCounts
  /** Open event streams of this process. */
  openStreams?: () => number
  /** What the event streams of this process have done so far. */
  streamFigures?: () => StreamFigures
  /** Metrics of what else this process holds. */
  sources?: readonly MetricSource[]
}

/** Opens health checks and metrics of an API process; nothing has to be closed but what was handed in. */
export function openOps({ deps, queues, ...given }: OpsOptions): Ops {
  const cacheCounts = given.cacheCounts ?? (() => ({ hits: 0, misses: 0 }))
  const openStreams = given.openStreams ?? (() => 0)
  const streamFigures = given.streamFigures ?? (() => ({ eventsSent: 0, slowClientsDropped: 0 }))
  const queries = queryTimes(deps.db)
  const checks = createHealthChecks({ deps, readJobQueues: () => jobQueueState(queues) })
  const sources = [
    poolSource(deps.db),
    queries.source,
    cacheSource(cacheCounts),
    streamSource(openStreams),
    operationSource(deps.db),
    streamFiguresSource(streamFigures),
    outboxSource(deps.db),
    mailsSource(deps.db),
    memorySource(checks),
    healthSource(checks),
    ...(given.sources ?? []),
  ]
  return {
    deps,
    queues,
    queries,
    cacheCounts,
    openStreams,
    checks,
    metrics: createMetrics({ service: 'api', sources, queues }),
  }
}
