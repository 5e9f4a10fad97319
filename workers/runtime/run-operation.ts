import { fromDatabase } from '../../shared/db/errors.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { JOBS } from '../../shared/jobs/registry.ts'
import type { Logger } from '../../shared/log/log.ts'
import { jobOf } from '../../shared/operations/enqueue.ts'
import {
  type Claim,
  claimOperation,
  failOperation,
  type Hold,
  heartbeat,
  stopCancelled,
} from '../../shared/operations/lifecycle.ts'
import { inStep } from '../../shared/ops/tracing.ts'
import { processors } from '../processors.ts'
import { type Run, Stopped, type StopReason, type WorkerServices } from './context.ts'
import { patiently } from './patience.ts'

const HEARTBEAT_EVERY_MS = 1000

/** The runs of this process, by operation, so that a cancel or a shutdown reaches them. */
export class ActiveRuns {
  readonly #stops = new Map<string, AbortController>()
  readonly #ending = new AbortController()

  /** Aborts when the process is told to end: what has not begun by then does not begin. */
  get ending(): AbortSignal {
    return this.#ending.signal
  }

  add(operationId: string, stop: AbortController): void {
    if (this.ending.aborted) stop.abort(this.ending.reason)
    // this process holds it already and was given it again (its lock had run out): only one may go on
    this.#stops.get(operationId)?.abort(new Stopped('fenced'))
    this.#stops.set(operationId, stop)
  }

  remove(operationId: string, stop: AbortController): void {
    if (this.#stops.get(operationId) === stop) this.#stops.delete(operationId)
  }

  stop(operationId: string, reason: StopReason): void {
    this.#stops.get(operationId)?.abort(new Stopped(reason))
  }

  /** Hands everything back, what begins at this very moment included. */
  stopAll(reason: StopReason): void {
    this.#ending.abort(new Stopped(reason))
    for (const stop of this.#stops.values()) stop.abort(this.ending.reason)
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

/** How a run ended: the operation ended with it, had ended before, belongs to another, or is to be given back. */
export type RunEnd =
  | { end: 'done' | 'nothing-to-do' | 'fenced' | 'cancelled' }
  | { end: 'failed'; code: string }
  | { end: 'shutdown'; hold: Hold | null }

function stopReason(error: unknown, signal: AbortSignal): StopReason | null {
  if (error instanceof Stopped) return error.reason
  return signal.aborted && signal.reason instanceof Stopped ? signal.reason.reason : null
}

/**
 * Carries out one operation: claims it, runs its processor, ends it. Does nothing when it has ended or is held by a
 * younger run. Waits for a database that is away; never throws for what went wrong with the work itself.
 */
export async function runOperation(
  services: WorkerServices,
  runs: ActiveRuns,
  operationId: string,
): Promise<RunEnd> {
  const { deps } = services
  const stop = new AbortController()
  const log = deps.log.child({ operationId })
  if (runs.ending.aborted) return { end: 'shutdown', hold: null }
  const claim = await claimPatiently(services, runs, operationId, log)
  if (claim === null) return { end: 'shutdown', hold: null }
  if (claim.hold === null) {
    log.info({ status: claim.status }, 'nothing to do: the operation has ended, or another is at it')
    return { end: 'nothing-to-do' }
  }
  const { hold, row } = claim
  runs.add(operationId, stop)
  const timer = beat({ deps, hold }, stop)
  log.info({ type: row.type, fence: hold.fence, attempt: row.attempts }, 'operation started')
  try {
    const process = await processors[jobOf(row)]()
    await inStep(deps, row.type, () => process({ ...services, hold, row, signal: stop.signal, log }))
    log.info('operation ended')
    return { end: 'done' }
  } catch (error) {
    const reason = stopReason(error, stop.signal)
    if (reason === null) {
      const known = fromDatabase(error) // a full disk is told as one, whoever met it
      // a file that is no table is its sender's matter, not an alarm
      log[known instanceof AppError ? known.rule.log : 'error']({ err: error }, 'operation failed')
      await patiently({ signal: runs.ending, log }, () => failOperation(deps, hold, known))
      return { end: 'failed', code: known instanceof AppError ? known.code : 'internal' }
    }
    log.info({ reason }, 'operation stopped')
    if (reason === 'cancelled') await patiently({ signal: runs.ending, log }, () => stopCancelled(deps, hold))
    return reason === 'shutdown' ? { end: reason, hold } : { end: reason }
  } finally {
    clearInterval(timer)
    runs.remove(operationId, stop)
  }
}

/** Claims as soon as the database answers; null when the process is told to end before that. */
async function claimPatiently(
  { deps, worker }: WorkerServices,
  runs: ActiveRuns,
  operationId: string,
  log: Logger,
): Promise<Claim | null> {
  try {
    return await patiently({ signal: runs.ending, log }, () => claimOperation(deps, operationId, worker))
  } catch (error) {
    if (error instanceof Stopped) return null
    throw error
  }
}

/** The operation that a job is for. */
export function operationOf(type: string, payload: unknown): string {
  if (!Object.hasOwn(JOBS, type)) throw new AppError('internal', { detail: 'There is no such job type.' })
  return JOBS[type as keyof typeof JOBS].payload.parse(payload).operationId
}
