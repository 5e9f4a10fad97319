import type { Knex } from '../db/connect.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError, toProblem } from '../errors/app-error.ts'
import { addEvent, ring } from '../events/outbox.ts'
import { toSqlUtc } from '../units/clock.ts'
import { operationEvent } from './events.ts'
import { TAKE_BACK_PHASE } from './phases.ts'
import { isRehearsal } from './rehearsal.ts'
import { findOperation, lockOperation, type OperationRow } from './repository.ts'
import { HELD_STATUSES, type OperationStatus } from './schema.ts'

/** Starts without a single new checkpoint after which an operation is given up: something in it kills its worker. */
const MAX_BARREN_STARTS = 3

/** A holder writes its heartbeat every second; silent for this long means dead, frozen or cut off. */
export const SILENT_AFTER_S = 5

/** A worker's hold on an operation: whoever has the highest fence owns it, everybody before it writes nothing more. */
export interface Hold {
  id: string
  fence: number
}

const isHeld = (status: OperationStatus): boolean => (HELD_STATUSES as readonly string[]).includes(status)

/** Why a claim did not give a hold: the work has ended, was cancelled or given up just now, or another is at it. */
export type Claim = { hold: Hold; row: OperationRow } | { hold: null; status: OperationStatus }

async function end(
  trx: Knex.Transaction,
  deps: Pick<Deps, 'clock'>,
  id: string,
  status: OperationStatus,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const at = deps.clock.now()
  await trx('operations')
    .where({ id })
    .update({
      status,
      finished_at: toSqlUtc(at),
      worker: null,
      note: null,
      version: trx.raw('version + 1'),
      ...fields,
    })
  await addEvent(trx, operationEvent((await findOperation(trx, id)) as OperationRow, at))
}

/**
 * Takes an operation over: raises its fence, so that a worker that held it before and wakes again is shut out. One
 * whose holder gives signs of life is left to it.
 * An operation that was cancelled meanwhile, or that was started three times without progress, ends here.
 */
export async function claimOperation(deps: Deps, id: string, worker: string): Promise<Claim> {
  const claim = await inTransaction(deps.db, async (trx): Promise<Claim> => {
    const row = await lockOperation(trx, id)
    if (row === undefined) throw new AppError('not-found')
    if (row.status !== 'queued' && !isHeld(row.status)) return { hold: null, status: row.status }
    // a second bell for work that is going on: jobs may be repeated, only who is silent is taken over
    if (isHeld(row.status) && (await isAlive(trx, id))) return { hold: null, status: row.status }
    if (row.cancel_requested_at !== null) {
      await end(trx, deps, id, 'cancelled')
      return { hold: null, status: 'cancelled' }
    }
    if (row.barren_starts >= MAX_BARREN_STARTS) {
      await end(trx, deps, id, 'failed', {
        error: JSON.stringify(toProblem(new AppError('operation/no-progress'))),
      })
      return { hold: null, status: 'failed' }
    }
    await trx('operations')
      .where({ id })
      .update({
        status: row.status === 'queued' ? 'active' : row.status,
        fence: row.fence + 1,
        attempts: row.attempts + 1,
        barren_starts: row.barren_starts + 1,
        worker,
        // the database's clock: every process compares heartbeats with it, whatever its own clock says
        heartbeat_at: trx.raw('utc_timestamp(3)'),
        started_at: trx.raw('coalesce(started_at, utc_timestamp(3))'),
        version: row.version + 1,
      })
    const claimed = (await findOperation(trx, id)) as OperationRow
    await addEvent(trx, operationEvent(claimed, deps.clock.now()))
    return { hold: { id, fence: claimed.fence }, row: claimed }
  })
  ring(deps)
  return claim
}

async function isAlive(trx: Knex.Transaction, id: string): Promise<boolean> {
  const fresh = await trx('operations')
    .where({ id })
    .where('heartbeat_at', '>=', trx.raw('utc_timestamp(3) - interval ? second', [SILENT_AFTER_S]))
    .first('no')
  return fresh !== undefined
}

/** What the database says about a hold: still ours, taken over, or asked to stop. */
export type HoldState = 'held' | 'fenced' | 'cancel-requested'

/** Says that the holder lives, and learns whether it still holds. One statement while all is well. */
export async function heartbeat(deps: Pick<Deps, 'db'>, hold: Hold): Promise<HoldState> {
  const alive = await deps
    .db('operations')
    .where({ id: hold.id, fence: hold.fence })
    .whereIn('status', HELD_STATUSES)
    .whereNull('cancel_requested_at')
    .update({ heartbeat_at: deps.db.raw('utc_timestamp(3)') })
  return alive === 1 ? 'held' : holdState(deps.db, hold)
}

/** Reads why a fenced statement matched no row. */
export async function holdState(db: Knex, hold: Hold): Promise<HoldState> {
  const row = await db('operations').where({ id: hold.id }).first('fence', 'status', 'cancel_requested_at')
  if (row === undefined || Number(row.fence) !== hold.fence || !isHeld(row.status)) return 'fenced'
  return row.cancel_requested_at === null ? 'held' : 'cancel-requested'
}

async function endHeld(
  deps: Deps,
  hold: Hold,
  decide: (row: OperationRow) => { status: OperationStatus; fields?: Record<string, unknown> },
  inside?: (trx: Knex.Transaction) => Promise<void>,
): Promise<OperationStatus | 'fenced'> {
  const ended = await inTransaction(deps.db, async (trx) => {
    const row = await lockOperation(trx, hold.id)
    if (row === undefined || row.fence !== hold.fence || row.status === 'queued') return 'fenced' as const
    // ended under this very hold: the answer to the first try was lost
    if (!isHeld(row.status)) return row.status
    const { status, fields } = decide(row)
    await inside?.(trx)
    await end(trx, deps, hold.id, status, fields)
    return status
  })
  ring(deps)
  return ended
}

function goodEnd(row: OperationRow): OperationStatus {
  if (row.status === 'undoing' && row.phase === TAKE_BACK_PHASE)
    return row.error === null ? 'cancelled' : 'failed'
  if (row.status === 'undoing') return 'undone'
  return isRehearsal(row) ? 'needs_review' : 'completed'
}

/**
 * Ends held work well: `completed` (`undone` when it was taken back, `needs_review` when it was a rehearsal, which
 * waits for a decision, `failed` or `cancelled` when it was all or nothing and is nothing), or `cancelled` if that was asked before this transaction, never both.
 * `inside` runs in the same transaction (clean-up of working tables).
 */
export function completeOperation(
  deps: Deps,
  hold: Hold,
  fields: Record<string, unknown>,
  inside?: (trx: Knex.Transaction) => Promise<void>,
): Promise<OperationStatus | 'fenced'> {
  return endHeld(
    deps,
    hold,
    (row) =>
      row.cancel_requested_at === null
        ? { status: goodEnd(row), fields: { percent: 100, ...fields } }
        : { status: 'cancelled' },
    inside,
  )
}

/** Ends held work as cancelled. */
export function stopCancelled(deps: Deps, hold: Hold): Promise<OperationStatus | 'fenced'> {
  return endHeld(deps, hold, () => ({ status: 'cancelled' }))
}

/** Ends held work as failed; the error is kept as the problem that may be shown. */
export function failOperation(
  deps: Deps,
  hold: Hold,
  error: unknown,
  fields: Record<string, unknown> = {},
): Promise<OperationStatus | 'fenced'> {
  return endHeld(deps, hold, () => ({
    status: 'failed',
    fields: { error: JSON.stringify(toProblem(error)), ...fields },
  }))
}

/** Gives held work back on shutdown: the start does not count against it, and the next worker may begin at once. */
export async function handBack(deps: Pick<Deps, 'db'>, hold: Hold): Promise<void> {
  await deps
    .db('operations')
    .where({ id: hold.id, fence: hold.fence })
    .whereIn('status', HELD_STATUSES)
    .update({
      attempts: deps.db.raw('greatest(attempts, 1) - 1'),
      barren_starts: deps.db.raw('greatest(barren_starts, 1) - 1'),
      worker: null,
      heartbeat_at: null,
    })
}
