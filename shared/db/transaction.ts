import type { Knex } from './connect.ts'
import { fromDatabase, isRetryable } from './errors.ts'
import { clientOf, type KnexClient, killOnAbort } from './stop.ts'

const TRIES = 5
const BACKOFF_BASE_MS = 20

const jitter = (attempt: number) => Math.random() * BACKOFF_BASE_MS * 2 ** attempt

type Work<T> = (trx: Knex.Transaction) => Promise<T>

/** Work that stops with the signal: the running statement is killed, and nothing is committed after the abort. */
function stoppable<T>(db: Knex, work: Work<T>, signal: AbortSignal): Work<T> {
  return async (trx) => {
    signal.throwIfAborted()
    const watch = killOnAbort(clientOf(db), await clientOf(trx).acquireConnection(), signal)
    try {
      return await work(trx)
    } finally {
      await watch.settle()
      signal.throwIfAborted()
    }
  }
}

/**
 * Runs `work` in one transaction and runs the whole of it again after a deadlock or lock wait.
 * Only the callback form is used: the other form reports success on a failed COMMIT.
 * Throws the driver's errors as ours ({@link fromDatabase}); duplicate keys pass through for the caller to name.
 * With a `signal`, an abort before the COMMIT kills the running statement, rolls back and throws the signal's reason.
 */
export async function inTransaction<T>(db: Knex, work: Work<T>, signal?: AbortSignal): Promise<T> {
  const guarded = signal === undefined ? work : stoppable(db, work, signal)
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(guarded)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (!isRetryable(error) || attempt === TRIES) throw fromDatabase(error)
      await new Promise((resolve) => setTimeout(resolve, jitter(attempt)))
    }
  }
}

type Query<T> = PromiseLike<T> & { client?: KnexClient; connection?(connection: unknown): unknown }

async function untilAborted<T>(query: Query<T>, signal: AbortSignal): Promise<T> {
  const { client } = query
  if (client === undefined || query.connection === undefined) return await query
  signal.throwIfAborted()
  const connection = await client.acquireConnection()
  // it may have waited for its place in the pool beyond the abort, which is told only once
  if (signal.aborted) {
    await client.releaseConnection(connection)
    throw signal.reason
  }
  const watch = killOnAbort(client, connection, signal)
  try {
    query.connection(connection)
    return await query
  } finally {
    await watch.settle()
    await client.releaseConnection(connection)
  }
}

/**
 * Runs a read and turns the driver's errors into ours. With a `signal`, a single knex query is killed on the server
 * when it aborts, and the signal's reason is thrown.
 */
export async function reading<T>(work: PromiseLike<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await (signal === undefined ? work : untilAborted(work as Query<T>, signal))
  } catch (error) {
    throw signal?.aborted ? signal.reason : fromDatabase(error)
  }
}
