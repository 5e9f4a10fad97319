import { rm } from 'node:fs/promises'
import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { toSqlUtc } from '../units/clock.ts'
import { expiredFiles, findFile, markRemoved } from './repository.ts'
import { resultPath } from './store.ts'

type FileDeps = Pick<Deps, 'db' | 'config' | 'clock'>

/**
 * Takes a file off the shelf and off the disk. Of two who do it at once one succeeds, the other gets `file/expired`.
 * A download that has begun ends as it would have.
 */
export async function removeFile(
  deps: FileDeps,
  id: string,
  who: Omit<AuditEntry, 'action' | 'outcome'>,
): Promise<void> {
  const path = await inTransaction(deps.db, async (trx) => {
    const row = await findFile(trx, id, true)
    if (row === undefined) throw new AppError('not-found')
    if (row.removed_at !== null) throw new AppError('file/expired')
    await markRemoved(trx, id, toSqlUtc(deps.clock.now()), who.userId ?? null)
    await writeAudit(trx, { ...who, action: 'files.remove', entity: 'file', entityId: id, outcome: 'ok' })
    return row.path
  })
  await rm(resultPath(deps, path), { force: true })
}

const EXPIRED_A_ROUND = 500

/** Removes files whose time is over; answers how many. The disk goes first, so that no file is forgotten on it. */
export async function removeExpired(deps: FileDeps): Promise<number> {
  const now = toSqlUtc(deps.clock.now())
  const expired = await expiredFiles(deps.db, now, EXPIRED_A_ROUND)
  for (const { id, path } of expired) {
    await rm(resultPath(deps, path), { force: true })
    await deps.db('result_files').where({ id }).whereNull('removed_at').update({ removed_at: now })
  }
  return expired.length
}
