import { writeAudit } from '../audit/write.ts'
import type { Knex } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { addEvent } from '../events/outbox.ts'
import type { JobQueues } from '../jobs/queues.ts'
import { type Asker, byWhom, type OperationRequest, requestOperation, stateConflict } from './commands.ts'
import { operationEvent } from './events.ts'
import { isRehearsal, paramsAfterRehearsal } from './rehearsal.ts'
import { findOperation, lockOperation, type OperationRow } from './repository.ts'

/**
 * Runs a rehearsed import for real: a new operation with the same file and choices, and the rehearsal is `completed` in
 * the same transaction, so that it happens once however often it is asked for. A repeat under the same key answers the
 * first operation. Throws `state/conflict` with the rehearsal when it waits for no decision (any more), and
 * `operation/file-gone`.
 */
export async function releaseRehearsal(
  deps: Deps,
  queues: JobQueues,
  id: string,
  asker: Asker,
  idempotencyKey?: string,
): Promise<OperationRow> {
  const rehearsal = await findOperation(deps.db, id)
  if (rehearsal === undefined) throw new AppError('not-found')
  const request = requestAfter(rehearsal, idempotencyKey)
  const { row } = await requestOperation(deps, queues, request, asker, async (trx, newId) => {
    await decide(trx, deps, rehearsal, asker)
    await carryFixes(trx, rehearsal.no, newId)
  })
  return row
}

function requestAfter(rehearsal: OperationRow, idempotencyKey: string | undefined): OperationRequest {
  const { type, kind, file_name: name, file_bytes: bytes, file_sha256: sha256, file_path: path } = rehearsal
  return {
    type,
    kind: kind ?? '',
    params: paramsAfterRehearsal(rehearsal),
    file: { name: name ?? '', bytes: bytes ?? 0, sha256: sha256 ?? '', path: path ?? '' },
    idempotencyKey,
  }
}

/** What was done about refused rows of the rehearsal is done about those of the import, after its last row. */
async function carryFixes(trx: Knex.Transaction, rehearsalNo: number, newId: string): Promise<void> {
  await trx.raw(
    `insert into import_fixes (operation_no, fix_no, request, file_path, made_by, made_at)
     select o.no, f.fix_no, f.request, f.file_path, f.made_by, f.made_at
     from import_fixes f join operations o on o.id = ?
     where f.operation_no = ? and f.state <> 'refused'`,
    [newId, rehearsalNo],
  )
}

/** The file goes over to the import, so that its end, not the rehearsal's, takes it away. */
async function decide(
  trx: Knex.Transaction,
  deps: Pick<Deps, 'clock'>,
  { id }: Pick<OperationRow, 'id'>,
  asker: Asker,
): Promise<void> {
  const row = await lockOperation(trx, id)
  if (row === undefined) throw new AppError('not-found')
  if (row.status !== 'needs_review' || !isRehearsal(row)) throw stateConflict(row, 'released')
  if (row.file_path === null) throw new AppError('operation/file-gone')
  await trx('operations')
    .where({ id })
    .update({ status: 'completed', file_path: null, version: row.version + 1 })
  await writeAudit(trx, {
    ...byWhom(asker),
    action: 'operations.released',
    entity: 'operation',
    entityId: id,
    outcome: 'ok',
  })
  await addEvent(trx, operationEvent((await findOperation(trx, id)) as OperationRow, deps.clock.now()))
}
