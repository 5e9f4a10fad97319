import { createHealthChecks } from '../../shared/ops/health-checks.ts'
import { type InternalServer, startInternalServer } from '../../shared/ops/internal-server.ts'
import { jobQueueState } from '../../shared/ops/job-queue-state.ts'
import { poolSource } from '../../shared/ops/metric-sources.ts'
import { createMetrics } from '../../shared/ops/metrics.ts'
import type { WorkerServices } from './context.ts'

/** Health and metrics of a worker on `WORKER_PORT`, on loopback or the container's own network only. */
export function openInternals({ deps, queues }: WorkerServices): Promise<InternalServer> {
  const checks = createHealthChecks({ deps, readJobQueues: () => jobQueueState(queues) })
  const metrics = createMetrics({ service: 'worker', sources: [poolSource(deps.db)] })
  return startInternalServer({ port: deps.config.WORKER_PORT, host: deps.config.HOST, checks, metrics })
}
