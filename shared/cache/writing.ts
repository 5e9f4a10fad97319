import type { Knex } from '../db/connect.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type CacheDeps, invalidate } from './invalidate.ts'
import { noteInvalidation } from './notes.ts'

/** What a write needs: the database, the cache to be told, the clock. */
export type WriteDeps = CacheDeps & Pick<Deps, 'db' | 'clock'>

/** What a transaction's work answers, and the ids of the single things that its commit makes old. */
export interface Written<T> {
  result: T
  ids?: readonly string[]
  /** Number of the note, where the work has written it itself among its own statements. */
  note?: string
}

/**
 * One transaction of rows, audit and the note of what turns old; then the cache is told; only then is there an
 * answer. Nothing is committed any more once `signal` aborts.
 */
export async function writing<T>(
  deps: WriteDeps,
  domain: string,
  work: (trx: Knex.Transaction) => Promise<Written<T>>,
  signal?: AbortSignal,
): Promise<T> {
  const change = async (trx: Knex.Transaction) => {
    const written = await work(trx)
    const old = written.ids === undefined ? { domain } : { domain, ids: written.ids }
    return { ...written, note: written.note ?? (await noteInvalidation(trx, old)) }
  }
  const { result, ids, note } = await inTransaction(deps.db, change, signal)
  await invalidate(deps, { domain, ids: ids ?? [], note })
  return result
}
