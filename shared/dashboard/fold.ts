import type { Knex } from '../db/connect.ts'
import { isConnectionLost } from '../db/errors.ts'
import type { Deps } from '../deps.ts'
import { pause } from '../units/pause.ts'

const BATCH_ROWS = 2000
const EVERY_MS = 1000

type FoldDeps = Pick<Deps, 'db' | 'log' | 'prefix'>

/** The lock of those who write the summary: one at a time, so that nothing is added twice. */
export const summaryLock = (prefix: string): string => `${prefix}:figures`

const UPSERT = `insert /* dashboard.fold */ into day_figures (measure, day, doctor_id, part, value)
  select measure, day, doctor_id, part, sum(value) from figure_deltas where id in (?)
  group by measure, day, doctor_id, part
  on duplicate key update value = value + values(value)`

/** Runs `work` in a transaction that holds the summary's lock, if it gets it within so many seconds. */
export async function holdingSummary<T>(
  deps: Pick<Deps, 'db' | 'prefix'>,
  waitS: number,
  work: (trx: Knex.Transaction) => Promise<T>,
  isolationLevel: 'read committed' | 'repeatable read' = 'read committed',
): Promise<T | undefined> {
  const lock = summaryLock(deps.prefix)
  // The lock belongs to the connection and outlives the transaction's end, so it is taken and given back outside
  // of it: were it free before the COMMIT, the next one would not see what this one has done.
  return deps.db.transaction(async (holder) => {
    const [[held]] = (await holder.raw('select get_lock(?, ?) as got /* dashboard.lock */', [
      lock,
      waitS,
    ])) as [[{ got: number }]]
    if (Number(held.got) !== 1) return undefined
    try {
      return await deps.db.transaction(work, { isolationLevel })
    } finally {
      await holder.raw('do release_lock(?)', [lock])
    }
  })
}

const OLDEST = 'select id /* dashboard.oldest */ from figure_deltas order by id limit ?'
const REMOVE = 'delete /* dashboard.folded */ from figure_deltas where id in (?)'

/** Adds the oldest changes to the summary and removes them, in one transaction; answers how many. */
export async function foldOnce(deps: Pick<FoldDeps, 'db' | 'prefix'>): Promise<number> {
  const waiting = await deps.db('figure_deltas').comment('dashboard.waiting').first('id')
  if (waiting === undefined) return 0
  const folded = await holdingSummary(deps, 0, async (trx) => {
    const [rows] = (await trx.raw(OLDEST, [BATCH_ROWS]).options({ rowsAsArray: true })) as [[string][]]
    if (rows.length === 0) return 0
    const ids = rows.map(([id]) => id)
    await trx.raw(UPSERT, [ids] as unknown as Knex.RawBinding[])
    // as one binding: a thousand placeholders cost more than what they stand for, and an import leaves many changes
    const [removed] = (await trx.raw(REMOVE, [ids] as unknown as Knex.RawBinding[])) as [
      { affectedRows: number },
    ]
    // the lock goes with its connection: whoever took over meanwhile has added these
    if (removed.affectedRows !== ids.length) throw new Error('Figures were added up by another process')
    return ids.length
  })
  return folded ?? 0
}

/** Folds every second until told to stop, at once again while there is a backlog. Never throws. */
export async function foldFigures(deps: FoldDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let folded = 0
    try {
      folded = await foldOnce(deps)
    } catch (error) {
      if (!isConnectionLost(error)) deps.log.error({ err: error }, 'figures cannot be added up')
    }
    if (folded < BATCH_ROWS) await pause(EVERY_MS, signal)
  }
}
