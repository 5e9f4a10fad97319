import { isConnectionLost, isRetryable } from '../../shared/db/errors.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { type Run, throwIfStopped } from './context.ts'

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 2000

/** Waits, at most until the signal aborts; never throws. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}

const passes = (error: unknown) =>
  isConnectionLost(error) ||
  isRetryable(error) ||
  (error instanceof AppError && error.code.startsWith('unavailable/'))

/**
 * Repeats a read until the database answers again: an outage pauses heavy work, it does not fail it.
 * Stops only when the run is told to.
 */
export async function patiently<T>(run: Pick<Run, 'signal' | 'log'>, read: () => Promise<T>): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      return await read()
    } catch (error) {
      if (!passes(error)) throw error
      run.log.warn({ err: error, waitMs }, 'waiting for the database')
      await sleep(waitMs * (0.5 + Math.random() / 2), run.signal)
      throwIfStopped(run.signal)
    }
  }
}
