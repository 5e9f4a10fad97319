import type { AuditEntry } from '../audit/entry.ts'
import type { Knex } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { type HeldTicket, holdTicketOf } from '../queue/commands.ts'
import { toSqlUtc } from '../units/clock.ts'
import { isRowId } from '../units/ids.ts'
import type { Who } from './domain.ts'
import { type LoadedBill, loadBill, type Reckoning } from './load.ts'
import type { VisitRow } from './model.ts'
import { listVisitsWith } from './repository.ts'
import { type BillAct, type BillStatus, billAfter } from './rules.ts'
import { viewBill } from './view.ts'

/** A bill that nobody else can change until the transaction ends. */
export interface HeldBill {
  bill: LoadedBill
  ticket: HeldTicket
}

/**
 * Takes hold of a bill by its ticket, which everybody who changes a bill holds first, and reckons it from what is
 * committed then. Throws `not-found` for a visit without a ticket: such visits are history from elsewhere.
 */
export async function holdBill(
  trx: Knex.Transaction,
  visitId: string,
  reckoning: Reckoning,
): Promise<HeldBill> {
  const visits = isRowId(visitId) ? await listVisitsWith(trx, visitId) : []
  const head = visits[0]
  const ticket = head === undefined ? undefined : await holdTicketOf(trx, head.id)
  if (ticket === undefined) throw new AppError('not-found')
  return { bill: await loadBill(trx, visitId, { ...reckoning, lock: true }), ticket }
}

/** Refuses with the bill as it is, so that the screen shows what is. */
export function refuse(bill: LoadedBill, code: 'state/version' | 'state/conflict', detail?: string): never {
  throw new AppError(code, {
    ...(detail === undefined ? {} : { detail }),
    extra: { current: viewBill(bill) },
  })
}

/** Refuses unless the writer has seen this state of the bill; 0 while nobody has touched it. */
export function assertVersion(bill: LoadedBill, version: number): void {
  if ((bill.row?.version ?? 0) !== version) refuse(bill, 'state/version')
}

/** The state of the bill after an act; refuses what its table does not have. */
export function afterAct(bill: LoadedBill, act: BillAct, detail?: string): BillStatus {
  return billAfter(bill.row?.status ?? 'open', act) ?? refuse(bill, 'state/conflict', detail)
}

/** Columns of `bills` that an act writes. */
export type BillChanges = Record<string, string | number | null | undefined>

/**
 * Writes what an act changes of a bill, making its row where nobody has touched it before. Answers the row's id and
 * its new version.
 */
export async function storeBill(
  trx: Knex.Transaction,
  { row, visits, isGroup, doctorId }: LoadedBill,
  changes: BillChanges,
  now: Date,
): Promise<{ id: string; version: number }> {
  if (row !== null) {
    const version = row.version + 1
    await trx('bills')
      .comment('billing.update')
      .where({ id: row.id })
      .update({ ...changes, version })
    return { id: row.id, version }
  }
  const [head] = visits as [VisitRow]
  const [id] = await trx('bills')
    .comment('billing.insert')
    .insert({
      visit_id: head.id,
      live: 1,
      is_group: isGroup ? 1 : 0,
      patient_id: head.patient_id,
      doctor_id: doctorId,
      status: 'open',
      created_at: toSqlUtc(now),
      ...changes,
      version: 1,
    })
  return { id: String(id), version: 1 }
}

/** Who was written about: an entry for each patient of the bill. */
export const auditOf = (
  who: Who,
  bill: Pick<LoadedBill, 'visits'>,
  action: string,
  detail: Record<string, unknown>,
): AuditEntry[] =>
  bill.visits.map(({ id, patient_id }) => ({
    ...who,
    action,
    entity: 'bill',
    entityId: id,
    patientId: patient_id,
    outcome: 'ok',
    detail,
  }))
