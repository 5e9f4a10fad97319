import type { Knex } from '../../shared/db/connect.ts'
import {
  fromDatabase,
  isConnectionLost,
  isDuplicateKey,
  isInterrupted,
  isRetryable,
} from '../../shared/db/errors.ts'
import { holdState } from '../../shared/operations/lifecycle.ts'
import { HELD_STATUSES } from '../../shared/operations/schema.ts'
import { inStep } from '../../shared/ops/tracing.ts'
import { breathe } from './breathe.ts'
import { type BulkWork, ChunkConflict, type Counts, type Piece } from './bulk-work.ts'
import { type Run, Stopped, throwIfStopped } from './context.ts'
import { patiently, sleep } from './patience.ts'
import { Progress } from './progress.ts'

/** Conflicts in a row after which a piece fails: far more than two imports and a front desk can cause. */
const MAX_CONFLICTS = 25
const CONFLICT_PAUSE_MS = 40

/** What the run itself has written so far. */
interface Reached {
  counts: Counts
  processed: number
}

/** The checkpoint is not where this run left it: a COMMIT whose answer was lost took effect after all. */
class CheckpointMoved extends Error {}

interface Checkpoint<Cursor> {
  at: Cursor
  processed: number
}

const plus = (counts: Counts, added: Counts): Counts => {
  const sum = { ...counts }
  for (const [name, n] of Object.entries(added)) sum[name] = (sum[name] ?? 0) + n
  return sum
}

/**
 * Carries a source into the database piece by piece, each in one transaction together with the cursor, the counts and
 * the fence. A process may die at any instant, a COMMIT's answer may be lost, another worker may take over: every row
 * takes effect exactly once. Memory: one piece being written and one being prepared.
 */
export async function runBulk<Prepared, Cursor>(
  run: Run,
  work: BulkWork<Prepared, Cursor>,
  zero: Counts,
): Promise<Counts> {
  const { signal } = run
  const checkpoint = run.row.cursor_state as Checkpoint<Cursor> | null
  let counts: Counts = { ...zero, ...run.row.counts }
  const progress = new Progress(run, checkpoint?.processed ?? 0)
  const source = work.pieces(checkpoint?.at ?? null, signal)

  const prepareNext = async () => {
    await breathe() // the statement that was just sent goes out before the computing starts
    const { value: piece } = await source.next()
    return piece ?? null
  }

  try {
    let ahead = prepareNext()
    let processed = checkpoint?.processed ?? 0
    for (;;) {
      const next = await ahead
      if (next === null) return counts
      throwIfStopped(signal)
      const startedAt = performance.now()
      const reached = { counts, processed }
      const committing = inStep(run.deps, 'piece', () => commitPiece(run, work, next, reached, progress))
      ahead = prepareNext()
      ahead.catch(() => undefined) // looked at in the next round; never an unhandled rejection meanwhile
      counts = await committing
      processed = next.processed
      await Promise.all([work.committed?.(), progress.committed(next.processed, counts)])
      const pause = run.pace.pauseAfter(performance.now() - startedAt)
      progress.note = pause.note
      if (pause.ms > 0) await sleep(pause.ms, signal)
    }
  } finally {
    await source.return(undefined)
  }
}

const mayPass = (error: unknown): boolean =>
  isConnectionLost(error) ||
  isInterrupted(error) ||
  isRetryable(error) ||
  isDuplicateKey(error) ||
  error instanceof ChunkConflict ||
  error instanceof CheckpointMoved

async function commitPiece<Prepared, Cursor>(
  run: Run,
  work: BulkWork<Prepared, Cursor>,
  piece: Piece<Prepared, Cursor>,
  before: Reached,
  progress: Progress,
): Promise<Counts> {
  let careful = false
  for (let conflicts = 0; ; ) {
    try {
      return await run.bulkDb.transaction(async (trx) => {
        const counts = plus(before.counts, await work.write(trx, piece.prepared, careful))
        const checkpoint = { at: piece.end, processed: piece.processed }
        await saveCheckpoint(trx, run, checkpoint, before.processed, counts, progress)
        return counts
      })
    } catch (error) {
      if (!mayPass(error)) throw error instanceof Stopped ? error : fromDatabase(error)
      // a COMMIT may have happened, or may be what stands in the way now: only the cursor in the database knows
      const committed = await patiently(run, () => checkpointOf<Cursor>(run))
      if (committed.checkpoint?.processed === piece.processed) return committed.counts
      if (!isConnectionLost(error)) {
        if (++conflicts > MAX_CONFLICTS) throw error
        await sleep(Math.random() * CONFLICT_PAUSE_MS * conflicts, run.signal)
      }
      careful = true
      throwIfStopped(run.signal)
    }
  }
}

async function saveCheckpoint<Cursor>(
  trx: Knex.Transaction,
  run: Run,
  checkpoint: Checkpoint<Cursor>,
  before: number,
  counts: Counts,
  progress: Progress,
): Promise<void> {
  // `processed` as well: a COMMIT that a cut link delayed may take effect while this piece is tried again
  const held = await trx('operations')
    .where({ id: run.hold.id, fence: run.hold.fence, processed: before })
    .whereIn('status', HELD_STATUSES)
    .whereNull('cancel_requested_at')
    .update({
      cursor_state: JSON.stringify(checkpoint),
      counts: JSON.stringify(counts),
      ...progress.columns(checkpoint.processed),
      barren_starts: 0,
      heartbeat_at: trx.raw('utc_timestamp(3)'),
      version: trx.raw('version + 1'),
    })
  if (held === 1) return
  const state = await holdState(trx, run.hold)
  if (state === 'held') throw new CheckpointMoved()
  throw new Stopped(state === 'cancel-requested' ? 'cancelled' : 'fenced')
}

async function checkpointOf<Cursor>(
  run: Run,
): Promise<{ checkpoint: Checkpoint<Cursor> | null; counts: Counts }> {
  const row = await run.deps
    .db('operations')
    .where({ id: run.hold.id })
    .first('fence', 'cursor_state', 'counts')
  if (row === undefined || Number(row.fence) !== run.hold.fence) throw new Stopped('fenced')
  return { checkpoint: row.cursor_state as Checkpoint<Cursor> | null, counts: row.counts ?? {} }
}
