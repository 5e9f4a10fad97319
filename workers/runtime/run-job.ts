import { type Job, UnrecoverableError, WaitingError } from 'bullmq'
import { AppError } from '../../shared/errors/app-error.ts'
import { JOBS, type JobType } from '../../shared/jobs/registry.ts'
import {
  claimOperation,
  failOperation,
  type Hold,
  handBack,
  heartbeat,
  stopCancelled,
} from '../../shared/operations/lifecycle.ts'
import { processors } from '../processors.ts'
import { type Run, Stopped, type StopReason, type WorkerServices } from './context.ts'
import { patiently } from './patience.ts'

const HEARTBEAT_EVERY_MS = 1000

/** The runs of this process, by operation, so that a cancel or a shutdown reaches them. */
export class ActiveRuns {
  readonly #stops = new Map<string, AbortController>()

  add(operationId: string, stop: AbortController): void {
    this.#stops.get(operationId)?.abort(new Stopped('fenced'))
    this.#stops.set(operationId, stop)
  }

  remove(operationId: string, stop: AbortController): void {
    if (this.#stops.get(operationId) === stop) this.#stops.delete(operationId)
  }

  stop(operationId: string, reason: StopReason): void {
    this.#stops.get(operationId)?.abort(new Stopped(reason))
  }

  stopAll(reason: StopReason): void {
    for (const stop of this.#stops.values()) stop.abort(new Stopped(reason))
  }

  get count(): number {
    return this.#stops.size
  }
}

function beat(run: Pick<Run, 'deps' | 'hold'>, stop: AbortController): NodeJS.Timeout {
  let busy = false
  return setInterval(async () => {
    if (busy) return
    busy = true
    try {
      const state = await heartbeat(run.deps, run.hold)
      if (state !== 'held') stop.abort(new Stopped(state === 'fenced' ? 'fenced' : 'cancelled'))
    } catch {
      // the database is away: the bulk loop waits for it by itself
    } finally {
      busy = false
    }
  }, HEARTBEAT_EVERY_MS)
}

async function onStopped(
  services: WorkerServices,
  hold: Hold,
  reason: StopReason,
  job: Job,
  token: string | undefined,
) {
  if (reason === 'cancelled') await stopCancelled(services.deps, hold)
  if (reason !== 'shutdown') return
  await handBack(services.deps, hold)
  await job.moveToWait(token)
  throw new WaitingError()
}

/**
 * Carries out one job: claims its operation, runs the processor, ends the operation. A job whose operation has ended,
 * or belongs to another worker, is a no-op. On shutdown the job goes back to the line without using up an attempt.
 */
export async function runJob(
  services: WorkerServices,
  runs: ActiveRuns,
  job: Job,
  token: string | undefined,
): Promise<void> {
  const type = job.name as JobType
  if (!(type in JOBS)) throw new UnrecoverableError('unknown job type')
  const { operationId } = JOBS[type].payload.parse(job.data)
  const log = services.deps.log.child({ operationId, jobId: job.id, type })
  const stop = new AbortController()
  const claim = await patiently({ signal: stop.signal, log }, () =>
    claimOperation(services.deps, operationId, services.worker),
  )
  if (claim.hold === null) {
    log.info({ status: claim.status }, 'nothing to do: the operation has ended')
    return
  }
  const { hold, row } = claim
  runs.add(operationId, stop)
  const timer = beat({ deps: services.deps, hold }, stop)
  log.info({ fence: hold.fence, attempt: row.attempts }, 'job started')
  try {
    const process = await processors[type]()
    await process({ ...services, hold, row, signal: stop.signal, log })
    log.info('job ended')
  } catch (error) {
    const reason =
      error instanceof Stopped
        ? error.reason
        : stop.signal.aborted
          ? (stop.signal.reason as Stopped).reason
          : null
    if (reason !== null) {
      log.info({ reason }, 'job stopped')
      await onStopped(services, hold, reason, job, token)
      return
    }
    log.error({ err: error }, 'job failed')
    await patiently({ signal: stop.signal, log }, () => failOperation(services.deps, hold, error))
    // the code alone: what BullMQ keeps of a failure stands in Redis in clear
    throw new UnrecoverableError(error instanceof AppError ? error.code : 'internal')
  } finally {
    clearInterval(timer)
    runs.remove(operationId, stop)
  }
}
