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
}

/**
 * One transaction of rows, audit and the note of what turns old; then the cache is told; only then is there an
 * answer. `last` runs after everything else in the transaction, for the row that everybody wants to lock.
 */
export async function writing<T, R = T>(
  deps: WriteDeps,
  domain: string,
  work: (trx: Knex.Transaction) => Promise<Written<T>>,
  last?: (trx: Knex.Transaction, result: T) => Promise<R>,
): Promise<R> {
  const { result, ids, note } = await inTransaction(deps.db, async (trx) => {
    const written = await work(trx)
    const old = written.ids === undefined ? { domain } : { domain, ids: written.ids }
    const noteId = await noteInvalidation(trx, old)
    const answer = last === undefined ? (written.result as unknown as R) : await last(trx, written.result)
    return { result: answer, ids: written.ids ?? [], note: noteId }
  })
  await invalidate(deps, { domain, ids, note })
  return result
}
