import { hostname } from 'node:os'
import { Worker } from 'bullmq'
import { sealAudit } from '../shared/audit/seal.ts'
import { drainSpools } from '../shared/audit/drain.ts'
import { loadConfig } from '../shared/config/config.ts'
import { connectDatabase } from '../shared/db/connect.ts'
import { closeDeps, openDeps } from '../shared/deps.ts'
import { relayOutbox } from '../shared/events/outbox.ts'
import { closeQueues, jobPrefix, openQueues } from '../shared/jobs/queues.ts'
import { JOB_QUEUES, type JobQueue } from '../shared/jobs/registry.ts'
import { createLog } from '../shared/log/log.ts'
import { cancelChannel } from '../shared/operations/commands.ts'
import { startSweeper } from '../shared/operations/sweep.ts'
import { connectForBlocking } from '../shared/redis/connect.ts'
import type { WorkerServices } from './runtime/context.ts'
import { fullSpeed } from './runtime/pace.ts'
import { ActiveRuns, runJob } from './runtime/run-job.ts'

/** Bulk statements are long on purpose; still none may hang for ever. */
const STATEMENT_TIMEOUT_MS = 120_000
/** A dead worker's job is taken over after the lock ends; the sweeper, which watches heartbeats, is usually quicker. */
const LOCK_MS = 10_000
const STALLED_EVERY_MS = 5_000
/** Stalls do not count against a job: poison is judged by starts without progress, in the database. */
const MAX_STALLS = 1_000
const SHUTDOWN_GRACE_MS = 20_000

const config = loadConfig()
const log = createLog(config, 'worker')
const deps = await openDeps({
  config,
  log,
  poolMax: config.WORKER_DB_POOL_MAX,
  statementTimeoutMs: STATEMENT_TIMEOUT_MS,
})
const bulkDb = connectDatabase({
  url: config.DATABASE_URL,
  poolMax: config.WORKER_CONCURRENCY,
  connectTimeoutMs: config.DB_CONNECT_TIMEOUT_MS,
  idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
  statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  localInfile: true,
  log,
})
const queues = openQueues(deps)
const services: WorkerServices = {
  deps,
  queues,
  bulkDb,
  pace: fullSpeed,
  worker: `${hostname()}:${process.pid}`,
}
const runs = new ActiveRuns()
const ending = new AbortController()

const CONCURRENCY: Record<JobQueue, number> = {
  bulk: config.WORKER_CONCURRENCY,
  reports: 1,
  realtime: 4,
  maintenance: 1,
}

const workers = JOB_QUEUES.map((name) => {
  const worker = new Worker(name, async (job, token) => runJob(services, runs, job, token), {
    connection: connectForBlocking(config.REDIS_URL, `worker-${name}`, log),
    prefix: jobPrefix(deps),
    concurrency: CONCURRENCY[name],
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_EVERY_MS,
    maxStalledCount: MAX_STALLS,
  })
  worker.on('error', (error) => log.debug({ err: error, jobQueue: name }, 'job queue connection'))
  return worker
})

const bell = connectForBlocking(config.REDIS_URL, 'cancel-bell', log)
bell.on('message', (_channel, operationId: string) => runs.stop(operationId, 'cancelled'))
await bell.subscribe(cancelChannel(deps))

startSweeper(deps, queues, ending.signal)
const loops = [
  relayOutbox(deps, ending.signal),
  drainSpools(deps, ending.signal),
  sealAudit(deps, ending.signal),
]
log.info({ worker: services.worker }, 'ready')

/** Hands running jobs back at their next chunk, then closes everything; a second signal ends at once. */
async function shutDown(signal: NodeJS.Signals): Promise<void> {
  if (ending.signal.aborted) process.exit(1)
  log.info({ signal }, 'shutting down')
  ending.abort()
  setTimeout(() => process.exit(1), SHUTDOWN_GRACE_MS).unref()
  runs.stopAll('shutdown')
  await Promise.all(workers.map((worker) => worker.close()))
  bell.disconnect()
  await Promise.allSettled(loops)
  await closeQueues(queues)
  await bulkDb.destroy()
  await closeDeps(deps)
  process.exit(0)
}

process.on('SIGTERM', shutDown)
process.on('SIGINT', shutDown)
