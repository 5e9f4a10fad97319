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
import { viewOperation } from '../../operations/view.ts'
import { BUNDLE } from '../formats/mixed-kinds.ts'
import { causesOf, type FixStep } from './steps.ts'

/** Phase of an import whose file is read and whose refused rows are being mended. */
export const FIX_PHASE = 'fix'

const FIXABLE: readonly OperationRow['status'][] = ['completed', 'needs_review']

/** A step to be carried out; a mended file lies under `filePath`. */
export interface AskedStep {
  step: FixStep
  filePath?: string
}

/** Refuses to mend what has not ended well, or is no import. */
export function assertFixable(row: OperationRow): void {
  if (row.type !== 'import' || !FIXABLE.includes(row.status)) throw stateConflict(row, 'mended')
  if ((row.counts?.rejected ?? 0) === 0)
    throw new AppError('state/conflict', {
      detail: 'None of its rows is refused.',
      extra: { operation: viewOperation(row) },
    })
  // its rows are of many kinds
  if (row.kind === BUNDLE)
    throw new AppError('state/conflict', {
      detail: 'The resources of a bundle are mended where they come from, and sent again.',
      extra: { operation: viewOperation(row) },
    })
}

async function writeSteps(
  trx: Knex.Transaction,
  operationNo: number,
  steps: readonly AskedStep[],
  userId: string | null,
): Promise<void> {
  const last = await trx('import_fixes').where({ operation_no: operationNo }).max({ no: 'fix_no' }).first()
  const from = Number(last?.no ?? 0) + 1
  await trx('import_fixes').insert(
    steps.map(({ step, filePath }, at) => ({
      operation_no: operationNo,
      fix_no: from + at,
      request: JSON.stringify(step),
      file_path: filePath ?? null,
      made_by: userId,
      made_at: trx.raw('utc_timestamp(3)'),
    })),
  )
}

/** What the audit keeps of a step: which rows and how, never what was typed. */
function told(step: FixStep): Record<string, unknown> {
  const of = causesOf(step).map(({ code, column }) => `${code} ${column ?? ''}`.trim())
  if (step.what !== 'again') return { what: step.what, of }
  const [first] = step.fixes
  return {
    what: step.what,
    of,
    to: step.fixes.map(({ change }) => change?.to ?? null),
    strictness: first?.strictness ?? null,
    onDuplicate: first?.onDuplicate ?? null,
  }
}

/**
 * Lets refused rows of an import run again as a part of it: writes the steps down and rings for the operation, which is
 * `queued` again. Of several who ask at the same time one is heard; the others get `state/conflict` with the record.
 */
export async function requestFixes(
  deps: Deps,
  queues: JobQueues,
  id: string,
  asker: Asker,
  steps: readonly AskedStep[],
): Promise<OperationRow> {
  const row = await inTransaction(deps.db, async (trx) => {
    const before = await lockOperation(trx, id)
    if (before === undefined) throw new AppError('not-found')
    assertFixable(before)
    await writeSteps(trx, before.no, steps, asker.principal?.userId ?? null)
    await trx('operations')
      .where({ id })
      .update({
        status: 'queued',
        phase: FIX_PHASE,
        ...{ cursor_state: null, processed: 0, total: null, percent: 0, rate_per_second: null },
        ...{ error: null, note: null, cancel_requested_at: null, finished_at: null, heartbeat_at: null },
        ...{ worker: null, barren_starts: 0, version: before.version + 1 },
      })
    await writeAudit(trx, {
      ...byWhom(asker),
      action: 'imports.fix',
      entity: 'operation',
      entityId: id,
      outcome: 'ok',
      detail: { steps: steps.map(({ step }) => told(step)) },
    })
    const after = (await findOperation(trx, id)) as OperationRow
    await addEvent(trx, operationEvent(after, deps.clock.now(), await placeInLine(trx, after)))
    return after
  })
  ring(deps)
  await enqueueOperation(deps, queues, row).catch((error) =>
    deps.log.warn({ err: error, operationId: id }, 'enqueue failed; the sweeper will ring again'),
  )
  return row
}
