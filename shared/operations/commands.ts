import { createHash } from 'node:crypto'
import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError, toProblem } from '../errors/app-error.ts'
import { addEvent, ring } from '../events/outbox.ts'
import type { JobQueues } from '../jobs/queues.ts'
import { inStep } from '../ops/tracing.ts'
import type { Principal } from '../rights/permissions.ts'
import { toSqlUtc } from '../units/clock.ts'
import { newId } from '../units/ids.ts'
import { enqueueOperation } from './enqueue.ts'
import { operationEvent } from './events.ts'
import { isTakingBack, TAKE_BACK_PHASE, UNDO_PHASE } from './phases.ts'
import { findOperation, lockOperation, type OperationRow, placeInLine } from './repository.ts'
import type { OperationStatus, OperationType } from './schema.ts'
import { viewOperation } from './view.ts'

/** Who asks, and from where; kept in the audit row. */
export interface Asker {
  principal: Principal | null
  address?: string | null
  requestId?: string | null
}

export interface OperationRequest {
  type: OperationType
  kind: string
  params: Record<string, unknown>
  file?: { name: string; bytes: number; sha256: string; path: string }
  /** The `Idempotency-Key` of the request, if one was sent. */
  idempotencyKey?: string | undefined
}

export const byWhom = (asker: Asker): Omit<AuditEntry, 'action' | 'outcome'> => ({
  userId: asker.principal?.userId ?? null,
  username: asker.principal?.username ?? null,
  role: asker.principal?.role ?? null,
  address: asker.address ?? null,
  requestId: asker.requestId ?? null,
})

const digest = (request: OperationRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([request.type, request.kind, request.params, request.file?.sha256 ?? null]))
    .digest('hex')

/** Rings the bell without failing the caller: what is in the database will run, at the latest by the sweeper. */
async function ringFor(
  deps: Deps,
  queues: JobQueues,
  row: Pick<OperationRow, 'id' | 'type' | 'status'>,
): Promise<void> {
  try {
    await enqueueOperation(deps, queues, row)
  } catch (error) {
    deps.log.warn({ err: error, operationId: row.id }, 'enqueue failed; the sweeper will ring again')
  }
}

async function replayOf(
  deps: Deps,
  userId: string,
  key: string,
  sha256: string,
): Promise<OperationRow | undefined> {
  const seen = await deps
    .db('idempotency_keys')
    .where({ user_id: userId, idempotency_key: key })
    .first('request_sha256', 'entity', 'entity_id')
  if (seen === undefined) return undefined
  if (seen.request_sha256 !== sha256 || seen.entity !== 'operation')
    throw new AppError('request/idempotency-mismatch')
  return findOperation(deps.db, seen.entity_id as string)
}

async function insertOperation(trx: Knex.Transaction, request: OperationRequest, asker: Asker) {
  const id = newId()
  const userId = asker.principal?.userId ?? null
  await trx('operations').insert({
    id,
    type: request.type,
    kind: request.kind,
    status: 'queued',
    params: JSON.stringify(request.params),
    file_name: request.file?.name ?? null,
    file_bytes: request.file?.bytes ?? null,
    file_sha256: request.file?.sha256 ?? null,
    file_path: request.file?.path ?? null,
    created_by: userId,
    created_at: trx.raw('utc_timestamp(3)'),
  })
  return (await findOperation(trx, id)) as OperationRow
}

/**
 * Writes down a heavy piece of work and rings the bell for it. One transaction holds the operation, its audit row, its
 * event and its idempotency key, so a repeat under the same key answers the first operation (`replayed`), and a repeat
 * with another payload throws `request/idempotency-mismatch`. `inside` runs in the same transaction, unless it is a
 * repeat.
 */
export async function requestOperation(
  deps: Deps,
  queues: JobQueues,
  request: OperationRequest,
  asker: Asker,
  inside?: (trx: Knex.Transaction, id: string) => Promise<void>,
): Promise<{ row: OperationRow; replayed: boolean }> {
  const userId = asker.principal?.userId
  const key = userId === undefined ? undefined : request.idempotencyKey
  const sha256 = digest(request)
  const at = deps.clock.now()
  let row: OperationRow
  try {
    row = await inStep(deps, 'operation.request', () =>
      inTransaction(deps.db, async (trx) => {
        const made = await insertOperation(trx, request, asker)
        if (key !== undefined) {
          await trx('idempotency_keys').insert({
            user_id: userId,
            idempotency_key: key,
            request_sha256: sha256,
            entity: 'operation',
            entity_id: made.id,
          })
        }
        await writeAudit(trx, {
          ...byWhom(asker),
          action: `${request.type}s.request`,
          entity: 'operation',
          entityId: made.id,
          outcome: 'ok',
          detail: { kind: request.kind },
        })
        await inside?.(trx, made.id)
        await addEvent(trx, operationEvent(made, at, await placeInLine(trx, made)))
        return made
      }),
    )
  } catch (error) {
    if (key === undefined || userId === undefined || !isDuplicateKey(error)) throw error
    const first = await replayOf(deps, userId, key, sha256)
    if (first === undefined) throw error
    return { row: first, replayed: true }
  }
  ring(deps)
  await ringFor(deps, queues, row)
  return { row, replayed: false }
}

/** Channel on which a cancel reaches the worker that holds the job without waiting for its next chunk. */
export const cancelChannel = (deps: Pick<Deps, 'prefix'>): string => `${deps.prefix}:cancel`

/** The refusal of a change that the state forbids, with the record as it is. */
export const stateConflict = (row: OperationRow, verb: string): AppError =>
  new AppError('state/conflict', {
    detail: `This operation is ${row.status}; it cannot be ${verb}.`,
    extra: { operation: viewOperation(row) },
  })

async function change(
  deps: Deps,
  id: string,
  asker: Asker,
  verb: string,
  allowed: readonly OperationStatus[],
  fields: (row: OperationRow) => Record<string, unknown>,
): Promise<OperationRow> {
  const at = deps.clock.now()
  const changed = await inTransaction(deps.db, async (trx) => {
    const row = await lockOperation(trx, id)
    if (row === undefined) throw new AppError('not-found')
    if (!allowed.includes(row.status)) throw stateConflict(row, verb)
    await trx('operations')
      .where({ id })
      .update({ ...fields(row), version: row.version + 1 })
    await writeAudit(trx, {
      ...byWhom(asker),
      action: `operations.${verb}`,
      entity: 'operation',
      entityId: id,
      outcome: 'ok',
    })
    const after = (await findOperation(trx, id)) as OperationRow
    await addEvent(trx, operationEvent(after, at))
    return after
  })
  ring(deps)
  return changed
}

/**
 * Cancels what waits at once and asks the worker to stop what runs; rows that are written stay written.
 * Throws `state/conflict` with the record when it has ended already.
 */
export async function cancelOperation(deps: Deps, id: string, asker: Asker): Promise<OperationRow> {
  const at = toSqlUtc(deps.clock.now())
  const row = await change(deps, id, asker, 'cancelled', ['queued', 'active', 'needs_review'], (before) =>
    before.status === 'active'
      ? { cancel_requested_at: before.cancel_requested_at ?? at }
      : { status: 'cancelled', cancel_requested_at: at, finished_at: at },
  )
  if (row.status === 'active') await deps.redis.publish(cancelChannel(deps), id).catch(() => undefined)
  return row
}

/** Takes back what an import wrote, as far as nobody has changed or used it since. */
export async function undoOperation(
  deps: Deps,
  queues: JobQueues,
  id: string,
  asker: Asker,
): Promise<OperationRow> {
  const row = await change(deps, id, asker, 'undone', ['completed', 'failed', 'cancelled'], (before) => ({
    status: 'undoing',
    phase: UNDO_PHASE,
    // an undo that failed half-way goes on from where it was
    ...(before.phase === UNDO_PHASE ? {} : { cursor_state: null, processed: 0, total: null, percent: 0 }),
    error: null,
    note: null,
    cancel_requested_at: null,
    finished_at: null,
    heartbeat_at: null,
    barren_starts: 0,
  }))
  await ringFor(deps, queues, row)
  return row
}

/** Lets a failed or cancelled operation go on from its last checkpoint. */
export async function retryOperation(
  deps: Deps,
  queues: JobQueues,
  id: string,
  asker: Asker,
): Promise<OperationRow> {
  const row = await change(deps, id, asker, 'retried', ['failed', 'cancelled'], (before) => ({
    status: isTakingBack(before.phase) ? 'undoing' : 'queued',
    // why it is taken back tells how it ends
    error:
      before.phase === TAKE_BACK_PHASE ? JSON.stringify(toProblem(new AppError('import/not-all'))) : null,
    note: null,
    cancel_requested_at: null,
    finished_at: null,
    heartbeat_at: null,
    barren_starts: 0,
  }))
  await ringFor(deps, queues, row)
  return row
}
