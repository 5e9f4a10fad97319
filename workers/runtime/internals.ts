import { createHealthChecks } from '../../shared/ops/health-checks.ts'
import { type InternalServer, startInternalServer } from '../../shared/ops/internal-server.ts'
import { jobQueueState } from '../../shared/ops/job-queue-state.ts'
import { poolSource } from '../../shared/ops/metric-sources.ts'
import { createMetrics } from '../../shared/ops/metrics.ts'
import { queryTimes } from '../../shared/ops/query-times.ts'
import { memorySource } from '../../shared/ops/state-sources.ts'
import type { WorkerServices } from './context.ts'

/** Health and metrics of a worker on `WORKER_PORT`, on loopback or the container's own network only. */
export function openInternals({ deps, queues }: WorkerServices): Promise<InternalServer> {
  const checks = createHealthChecks({ deps, readJobQueues: () => jobQueueState(queues) })
  const sources = [poolSource(deps.db), queryTimes(deps.db).source, memorySource(checks)]
  const metrics = createMetrics({ service: 'worker', sources })
  return startInternalServer({ port: deps.config.WORKER_PORT, host: deps.config.HOST, checks, metrics })
}
