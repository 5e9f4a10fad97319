import type { Knex } from './connect.ts'

/** The parts of knex that its types keep to themselves, as of 3.3; the tests beside this file hold them. */
export interface KnexClient {
  acquireConnection(): Promise<unknown>
  releaseConnection(connection: unknown): Promise<void>
  /** `KILL QUERY` over a connection of its own, so that a full pool cannot hold it up. */
  cancelQuery(connection: unknown): Promise<unknown>
}

/** Watches a signal for as long as one connection works for it. */
export interface Watch {
  /**
   * Stops watching and waits for a kill that is under way: only then may the connection go back to the pool, or the
   * kill would hit its next user.
   */
  settle(): Promise<void>
}

/** Time that a killed statement gets to end before its connection is cut. */
const CUT_AFTER_MS = 1500

interface DriverConnection {
  stream?: { destroy(error: Error): void }
}

/**
 * Stops the statement that runs on a connection as soon as the signal aborts; a server that does not even answer the
 * kill loses the connection, so that its place in the pool is free again.
 */
export function killOnAbort(client: KnexClient, connection: unknown, signal: AbortSignal): Watch {
  let killing: Promise<unknown> | undefined
  let cut: NodeJS.Timeout | undefined
  const kill = () => {
    killing = client.cancelQuery(connection).catch(() => undefined)
    cut = setTimeout(() => {
      const gone = Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' })
      ;(connection as DriverConnection).stream?.destroy(gone)
    }, CUT_AFTER_MS)
  }
  signal.addEventListener('abort', kill, { once: true })
  return {
    settle: async () => {
      signal.removeEventListener('abort', kill)
      clearTimeout(cut)
      await killing
    },
  }
}

/** The client of a pool or transaction. */
export const clientOf = (db: Knex): KnexClient => db.client as KnexClient
