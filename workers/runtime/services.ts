import { hostname } from 'node:os'
import type { Config } from '../../shared/config/config.ts'
import { connectDatabase } from '../../shared/db/connect.ts'
import { closeDeps, openDeps } from '../../shared/deps.ts'
import { closeQueues, openQueues } from '../../shared/jobs/queues.ts'
import type { Logger } from '../../shared/log/log.ts'
import type { WorkerServices } from './context.ts'
import { clinicFirst, fullSpeed } from './pace.ts'

/** Bulk statements are long on purpose; still none may hang for ever. */
const STATEMENT_TIMEOUT_MS = 120_000
/** A frozen worker's open transaction must not keep its locks: whoever takes over, and the front desk, would wait. */
const IDLE_TRANSACTION_S = 5

/** Opens what heavy work needs: a small pool, the job queues and the bulk connections. */
export async function openWorkerServices(config: Config, log: Logger): Promise<WorkerServices> {
  const deps = await openDeps({
    config,
    log,
    poolMax: config.WORKER_DB_POOL_MAX,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    service: 'worker',
  })
  const bulkDb = connectDatabase({
    url: config.DATABASE_URL,
    poolMax: config.WORKER_CONCURRENCY,
    connectTimeoutMs: config.DB_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleTransactionS: IDLE_TRANSACTION_S,
    localInfile: true,
    log,
  })
  const pace = config.CLINIC_FIRST === 'on' ? clinicFirst(deps) : fullSpeed
  return { deps, queues: openQueues(deps), bulkDb, pace, worker: `${hostname()}:${process.pid}` }
}

/** Closes what {@link openWorkerServices} opened. */
export async function closeWorkerServices(services: WorkerServices): Promise<void> {
  services.pace.stop()
  await closeQueues(services.queues)
  await services.bulkDb.destroy()
  await closeDeps(services.deps)
}
