import { writeAudit } from '../../audit/write.ts'
import type { Knex } from '../../db/connect.ts'
import { inTransaction } from '../../db/transaction.ts'
import type { Deps } from '../../deps.ts'
import { AppError } from '../../errors/app-error.ts'
import { addEvent, ring } from '../../events/outbox.ts'
import type { JobQueues } from '../../jobs/queues.ts'
import { type Asker, byWhom, stateConflict } from '../../operations/commands.ts'
import { enqueueOperation } from '../../operations/enqueue.ts'
import { operationEvent } from '../../operations/events.ts'
import { findOperation, lockOperation, type OperationRow, placeInLine } from '../../operations/repository.ts'
import { toSqlUtc } from '../../units/clock.ts'
import { lockPairs, type PairRow, updatePairs } from './repository.ts'
import type { DuplicatesInput, PairOrder } from './schema.ts'
import { baseOf, beginningOf, type DeskTask, DUPLICATES_PHASE } from './task.ts'

const OPEN_TO: readonly OperationRow['status'][] = ['completed', 'needs_review']

function assertOpen(row: OperationRow): void {
  if (row.type !== 'import' || row.kind !== 'patients' || !OPEN_TO.includes(row.status))
    throw stateConflict(row, 'searched for duplicates')
}

/** Whether somebody may (still, or again) decide about a pair. */
const isDecidable = ({ status, live }: PairRow & { live: number | null }): boolean =>
  status === 'merged' ? live === null : status !== 'ordered' && status !== 'settled'

/** Writes single decisions to their pairs. Throws `rule/broken` for pairs of others, `state/conflict` for settled ones. */
async function orderPairs(
  trx: Knex.Transaction,
  operationNo: number,
  orders: readonly PairOrder[],
  { by, at }: { by: string | null; at: string },
): Promise<void> {
  const rows = await lockPairs(
    trx,
    operationNo,
    orders.map(({ pair }) => pair),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const unknown = orders.flatMap(({ pair }, n) =>
    byId.has(pair) ? [] : [{ path: `decisions.${n}.pair`, message: 'There is no such pair in this import' }],
  )
  if (unknown.length > 0) throw new AppError('rule/broken', { errors: unknown })
  const settled = rows.filter((row) => !isDecidable(row))
  if (settled.length > 0)
    throw new AppError('state/conflict', {
      detail: 'Some of these pairs are one record already.',
      extra: { pairs: settled.map(({ id, status }) => ({ id, status })) },
    })
  for (const order of orders)
    await updatePairs(trx, [order.pair], {
      status: 'ordered',
      decision: order.decision,
      stays: order.decision === 'merge' ? order.stays : null,
      imported_version: order.decision === 'merge' ? order.importedVersion : null,
      other_version: order.decision === 'merge' ? order.existingVersion : null,
      refusal: null,
      merge_id: null,
      decided_by: by,
      decided_at: at,
    })
}

function taskOf(row: OperationRow, input: DuplicatesInput, by: string | null): DeskTask {
  const decides = input.decisions !== undefined || input.all !== undefined
  return {
    what: decides ? 'decide' : 'find',
    base: baseOf(row),
    by,
    ...(input.all === undefined ? {} : { all: input.all }),
  }
}

/** What is told of a decision: how many pairs and how, no person. */
function told(input: DuplicatesInput): Record<string, unknown> {
  if (input.all !== undefined) return { all: input.all }
  const counts: Record<string, number> = {}
  for (const { decision } of input.decisions ?? []) counts[decision] = (counts[decision] ?? 0) + 1
  return { decisions: counts }
}

/**
 * Lets a worker look for records that may be one person's among those that an import of patients made, or carry out
 * what was decided about them: the operation is `queued` again. Of several who ask at the same time one is heard; the
 * others get `state/conflict` with the record.
 */
export async function requestDuplicates(
  deps: Deps,
  queues: JobQueues,
  id: string,
  input: DuplicatesInput,
  asker: Asker,
): Promise<OperationRow> {
  const now = deps.clock.now()
  const by = asker.principal?.userId ?? null
  const row = await inTransaction(deps.db, async (trx) => {
    const before = await lockOperation(trx, id)
    if (before === undefined) throw new AppError('not-found')
    assertOpen(before)
    const task = taskOf(before, input, by)
    if (input.decisions !== undefined)
      await orderPairs(trx, before.no, input.decisions, { by, at: toSqlUtc(now) })
    await trx('operations')
      .where({ id })
      .update({
        status: 'queued',
        phase: DUPLICATES_PHASE,
        cursor_state: JSON.stringify({ at: beginningOf(task), processed: 0 }),
        ...{ processed: 0, total: null, percent: 0, rate_per_second: null },
        ...{ error: null, note: null, cancel_requested_at: null, finished_at: null, heartbeat_at: null },
        ...{ worker: null, barren_starts: 0, version: before.version + 1 },
      })
    await writeAudit(
      trx,
      {
        ...byWhom(asker),
        action: task.what === 'find' ? 'imports.find-duplicates' : 'imports.decide-duplicates',
        entity: 'operation',
        entityId: id,
        outcome: 'ok',
        ...(task.what === 'find' ? {} : { detail: told(input) }),
      },
      now,
    )
    const after = (await findOperation(trx, id)) as OperationRow
    await addEvent(trx, operationEvent(after, now, await placeInLine(trx, after)))
    return after
  })
  ring(deps)
  await enqueueOperation(deps, queues, row).catch((error) =>
    deps.log.warn({ err: error, operationId: row.id }, 'enqueue failed; the sweeper will ring again'),
  )
  return row
}
