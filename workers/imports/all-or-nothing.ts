import { writeAudit } from '../../shared/audit/write.ts'
import type { Knex } from '../../shared/db/connect.ts'
import { fromDatabase } from '../../shared/db/errors.ts'
import { inTransaction } from '../../shared/db/transaction.ts'
import { AppError, toProblem } from '../../shared/errors/app-error.ts'
import { addEvent, ring } from '../../shared/events/outbox.ts'
import { FIX_PHASE } from '../../shared/imports/fixes/commands.ts'
import type { Position } from '../../shared/imports/reader.ts'
import { importOptions } from '../../shared/imports/schema.ts'
import { enqueueOperation } from '../../shared/operations/enqueue.ts'
import { operationEvent } from '../../shared/operations/events.ts'
import { failOperation } from '../../shared/operations/lifecycle.ts'
import { TAKE_BACK_PHASE } from '../../shared/operations/phases.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import type { Counts } from '../runtime/bulk-work.ts'
import { type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import type { WriteRows } from './fixes/run.ts'
import { isAllOrNothing } from './mode.ts'
import { enterPhase } from './phase.ts'
import type { PreparedSource } from './prepare.ts'

const ROWS_PER_DELETE = 5000

interface Checkpoint {
  at: Position
  processed: number
}

/** Whether the whole file was found good and its rows are being written: they are counted after those of the check. */
function isWriting(row: OperationRow): boolean {
  const checkpoint = row.cursor_state as Checkpoint | null
  return checkpoint !== null && checkpoint.processed > (checkpoint.at.row ?? 0)
}

/**
 * Reads the file twice: first as a rehearsal, which writes nothing; a single refused row ends the import as failed, with
 * all of them listed (null). Then for real, in pieces as ever; answers the counts of that, in which rows may be refused
 * all the same, because somebody took a key meanwhile: then it has to be taken back.
 */
export async function importAll(
  run: Run,
  source: PreparedSource,
  shown: Record<string, unknown>,
  write: WriteRows,
): Promise<{ run: Run; counts: Counts } | null> {
  const rows = source.totalRows
  let writing = run
  if (!isWriting(run.row)) {
    const isNew = run.row.cursor_state === null
    if (isNew) await forgetEarlierTry(run)
    const checking = await enterPhase(run, {
      ...{ ...shown, phase: 'rehearse', total: 2 * rows },
      ...(isNew ? { counts: null, processed: 0, percent: 0 } : {}),
    })
    const counts = await write(checking, { ...source, options: { ...source.options, dryRun: true } })
    if ((counts.rejected ?? 0) > 0) {
      await refuse(checking, counts)
      return null
    }
    const begin = { at: source.layout.start, processed: rows }
    writing = await enterPhase(
      checking,
      { phase: 'rows', cursor_state: JSON.stringify(begin), processed: rows, counts: null },
      async (trx) => void (await trx('import_keys').where({ operation_no: run.row.no }).delete()),
    )
  }
  return { run: writing, counts: await write(writing, { ...source, doneBefore: rows }) }
}

/** What a try before this one found wrong. */
async function forgetEarlierTry(run: Run): Promise<void> {
  for (const table of ['operation_errors', 'import_keys'])
    for (let n = ROWS_PER_DELETE; n === ROWS_PER_DELETE; )
      n = await patiently(run, () =>
        run.deps.db(table).where({ operation_no: run.row.no }).limit(ROWS_PER_DELETE).delete(),
      )
}

/** The counts of an import of which nothing is written: rows that nobody refused are skipped. */
export function countsOfNothing(counts: Counts, kept = { inserted: 0, updated: 0 }): Counts {
  const { read = 0, rejected = 0 } = counts
  const { inserted, updated } = kept
  const skipped = Math.max(0, read - rejected - inserted - updated)
  return { read, inserted, updated, unchanged: 0, skipped, rejected }
}

async function refuse(run: Run, counts: Counts): Promise<void> {
  const { rejected = 0, read = 0 } = counts
  const error = new AppError('import/rows-refused', {
    detail: `${rejected} of ${read} rows would be refused, so nothing was imported.`,
  })
  const ended = await patiently(run, () =>
    failOperation(run.deps, run.hold, error, {
      ...{ phase: null, cursor_state: null },
      counts: JSON.stringify(countsOfNothing(counts)),
    }),
  )
  if (ended === 'fenced') throw new Stopped('fenced')
}

/** The reason why an import is taken back; null: it was cancelled. */
type Why = AppError | null

/**
 * Lets an import be taken back: another job of the same operation does it, as any undo, piece by piece under its own
 * cursor. How it ends then is in its error.
 */
export async function takeBack(run: Pick<Run, 'deps' | 'hold' | 'queues' | 'log'>, why: Why): Promise<void> {
  const { deps, hold, queues, log } = run
  const calm = { signal: new AbortController().signal, log }
  const row = await patiently(calm, () => inTransaction(deps.db, (trx) => beginTakingBack(trx, run, why)))
  ring(deps)
  await enqueueOperation(deps, queues, row).catch((error) =>
    log.warn({ err: error, operationId: hold.id }, 'enqueue failed; the sweeper will ring again'),
  )
}

async function beginTakingBack(
  trx: Knex.Transaction,
  { deps, hold }: Pick<Run, 'deps' | 'hold'>,
  why: Why,
): Promise<OperationRow> {
  const held = await trx('operations')
    .where({ id: hold.id, fence: hold.fence, status: 'active' })
    .update({
      ...{
        status: 'undoing',
        phase: TAKE_BACK_PHASE,
        error: why === null ? null : JSON.stringify(toProblem(why)),
      },
      ...{ cursor_state: null, processed: 0, total: null, cancel_requested_at: null },
      ...{ worker: null, heartbeat_at: null, barren_starts: 0, version: trx.raw('version + 1') },
    })
  const row = (await findOperation(trx, hold.id)) as OperationRow
  if (held !== 1) {
    // the answer to the first try was lost
    if (row.status === 'undoing' && row.phase === TAKE_BACK_PHASE) return row
    throw new Stopped('fenced')
  }
  await writeAudit(trx, {
    userId: row.created_by,
    action: 'imports.take-back',
    entity: 'operation',
    entityId: hold.id,
    outcome: 'ok',
    detail: { why: why?.code ?? 'cancelled' },
  })
  await addEvent(trx, operationEvent(row, deps.clock.now()))
  return row
}

/** Takes an import back whose rows were refused after all. */
export const takeBackRefused = (run: Run, counts: Counts): Promise<void> =>
  takeBack(
    run,
    new AppError('import/not-all', {
      detail: `${counts.rejected} rows were refused while the rest was written, so everything was taken back.`,
    }),
  )

/**
 * What becomes of an import that is all or nothing when its run ends early: nothing stays of a half. Answers whether it is
 * being taken back; not when the run only moves to another worker, or nothing was written yet.
 */
export async function takesBackHalf(run: Run, ended: unknown): Promise<boolean> {
  const { data: options } = importOptions.safeParse(run.row.params.options ?? {})
  if (options === undefined || !isAllOrNothing(options)) return false
  if (ended instanceof Stopped && ended.reason !== 'cancelled') return false
  const calm = { signal: new AbortController().signal, log: run.log }
  const row = await patiently(calm, () => findOperation(run.deps.db, run.hold.id))
  if (row === undefined || row.fence !== run.hold.fence || row.status !== 'active') return false
  if (!isWriting(row) && row.phase !== FIX_PHASE && row.phase !== 'rows') return false
  const known = ended instanceof Stopped ? null : fromDatabase(ended)
  await takeBack(run, known === null || known instanceof AppError ? known : new AppError('internal'))
  return true
}
