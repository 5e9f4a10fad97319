import type { Knex } from './connect.ts'
import { fromDatabase, isRetryable } from './errors.ts'

const TRIES = 5
const BACKOFF_BASE_MS = 20

const jitter = (attempt: number) => Math.random() * BACKOFF_BASE_MS * 2 ** attempt

/**
 * Runs `work` in one transaction and runs the whole of it again after a deadlock or lock wait.
 * Only the callback form is used: the other form reports success on a failed COMMIT.
 * Throws the driver's errors as ours ({@link fromDatabase}); duplicate keys pass through for the caller to name.
 */
export async function inTransaction<T>(db: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (!isRetryable(error) || attempt === TRIES) throw fromDatabase(error)
      await new Promise((resolve) => setTimeout(resolve, jitter(attempt)))
    }
  }
}

/** Runs a read and turns the driver's errors into ours. */
export async function reading<T>(work: PromiseLike<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw fromDatabase(error)
  }
}
