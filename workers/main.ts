import { setPriority } from 'node:os'
import { type Job, Worker } from 'bullmq'
import { drainSpools } from '../shared/audit/drain.ts'
import { sealAudit } from '../shared/audit/seal.ts'
import { invalidationLoop } from '../shared/cache/notes.ts'
import { loadConfig } from '../shared/config/config.ts'
import { foldFigures } from '../shared/dashboard/commands.ts'
import { relayOutbox } from '../shared/events/outbox.ts'
import { jobPrefix } from '../shared/jobs/queues.ts'
import { JOB_QUEUES, type JobQueue } from '../shared/jobs/registry.ts'
import { DUE_JOB } from '../shared/jobs/schedulers.ts'
import { createLog } from '../shared/log/log.ts'
import { cancelChannel } from '../shared/operations/commands.ts'
import { startSweeper } from '../shared/operations/sweep.ts'
import { registerWorker } from '../shared/ops/worker-registry.ts'
import { connectForBlocking } from '../shared/redis/connect.ts'
import { runDue } from '../shared/schedules/commands.ts'
import { startMails } from './mails/send.ts'
import { startSchedules } from './maintenance/schedules.ts'
import { startTidying } from './maintenance/tidy.ts'
import { openInternals } from './runtime/internals.ts'
import { runJob } from './runtime/run-job.ts'
import { ActiveRuns } from './runtime/run-operation.ts'
import { closeWorkerServices, openWorkerServices } from './runtime/services.ts'

/** A dead worker's job is taken over after the lock ends; the sweeper, which watches heartbeats, is usually quicker. */
const LOCK_MS = 10_000
const STALLED_EVERY_MS = 5_000
/** Stalls do not count against a job: poison is judged by starts without progress, in the database. */
const MAX_STALLS = 1_000
const SHUTDOWN_GRACE_MS = 20_000
const NICENESS = 10
/** With nobody to make room for but the database, which does most of the work and should never wait for this process. */
const NIGHT_NICENESS = 5

const config = loadConfig(['BACKUP_KEY_FILE'])
const log = createLog(config, 'worker')

// a fault nobody caught leaves the process in an unknown state: say so and let the supervisor start a fresh one
const die = (error: unknown) => {
  log.fatal({ err: error }, 'uncaught')
  process.exit(1)
}
process.on('uncaughtException', die)
process.on('unhandledRejection', die)

// answers first: on a busy machine the API's processes get the processor before this one
setPriority(config.CLINIC_FIRST === 'on' ? NICENESS : NIGHT_NICENESS)

const services = await openWorkerServices(config, log)
const { deps, queues } = services
const runs = new ActiveRuns()
const ending = new AbortController()

const CONCURRENCY: Record<JobQueue, number> = {
  bulk: config.WORKER_CONCURRENCY,
  reports: 1,
  realtime: 4,
  maintenance: 1,
}

const workers = JOB_QUEUES.map((name) => {
  const work = async (job: Job, token?: string): Promise<void> => {
    if (job.name === DUE_JOB) await runDue(deps, queues)
    else await runJob(services, runs, job, token)
  }
  const worker = new Worker(name, work, {
    connection: connectForBlocking(config.REDIS_URL, `worker-${name}`, log),
    prefix: jobPrefix(deps),
    concurrency: CONCURRENCY[name],
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_EVERY_MS,
    maxStalledCount: MAX_STALLS,
    ...(deps.tracing === undefined ? {} : { telemetry: deps.tracing.jobs }),
  })
  worker.on('error', (error) => log.debug({ err: error, jobQueue: name }, 'job queue connection'))
  return worker
})

const bell = connectForBlocking(config.REDIS_URL, 'cancel-bell', log)
bell.on('message', (_channel, operationId: string) => runs.stop(operationId, 'cancelled'))
// resubscribed by the client after every outage; until the first answer the heartbeat sees a cancel within a second
void bell.subscribe(cancelChannel(deps))

startSweeper(deps, queues, ending.signal)
startTidying(deps, ending.signal)
startSchedules(deps, queues, ending.signal)
startMails(deps, ending.signal)
const loops = [
  relayOutbox(deps, ending.signal),
  drainSpools(deps, ending.signal),
  sealAudit(deps, ending.signal),
  invalidationLoop(deps, ending.signal),
  foldFigures(deps, ending.signal),
]
const internals = await openInternals(services)
const registration = await registerWorker(deps)
log.info({ worker: services.worker, port: internals.port }, 'ready')

/** Hands running jobs back at their next chunk, then closes everything; a second signal ends at once. */
async function shutDown(signal: NodeJS.Signals): Promise<void> {
  if (ending.signal.aborted) process.exit(1)
  log.info({ signal }, 'shutting down')
  ending.abort()
  setTimeout(() => process.exit(1), SHUTDOWN_GRACE_MS).unref()
  await registration.stop()
  runs.stopAll('shutdown')
  await Promise.all(workers.map((worker) => worker.close()))
  bell.disconnect()
  await Promise.allSettled(loops)
  await internals.close()
  await closeWorkerServices(services)
  process.exit(0)
}

process.on('SIGTERM', shutDown)
process.on('SIGINT', shutDown)
