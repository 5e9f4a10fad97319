import { type BillStatus, isUnsettled } from '../billing/rules.ts'
import type { Knex } from '../db/connect.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Doctor } from '../doctors/schema.ts'
import { AppError } from '../errors/app-error.ts'
import { lockTicket } from '../queue/commands.ts'
import { toSqlUtc } from '../units/clock.ts'
import { withContent } from './content.ts'
import {
  about,
  assertOwn,
  type ConsultationWriteDeps,
  stateError,
  type Who,
  writingDoctor,
} from './domain.ts'
import { type ConsultationRow, type ContentColumns, changedFields, NOTHING } from './model.ts'
import { findConsultation } from './repository.ts'
import { type ConsultationStep, statusAfter } from './rules.ts'
import type { AmendInput, Consultation, ContentInput } from './schema.ts'
import { viewConsultation } from './view.ts'
import { type ConsultationWrite, writeConsultation } from './write.ts'

/** A doctor's own consultation in the state that he has seen, where a step may follow. */
export async function ownConsultation(
  deps: ConsultationWriteDeps,
  id: string,
  seen: number,
  step: ConsultationStep,
  doctor: Doctor,
): Promise<ConsultationRow> {
  const row = await findConsultation(deps.db, { id })
  if (row === undefined) throw new AppError('not-found')
  assertOwn(row, doctor)
  if (statusAfter(row.status, step) === null) throw stateError(row, 'state/conflict')
  if (row.version !== seen) throw stateError(row, 'state/version')
  return row
}

/** Writes, or throws what is there instead: somebody was quicker. */
export async function writeOrRefuse(trx: Knex.Transaction, write: ConsultationWrite): Promise<void> {
  if (await writeConsultation(trx, write)) return
  const present = await findConsultation(trx, { id: write.seen.id })
  throw present === undefined ? new AppError('not-found') : stateError(present, 'state/version')
}

/** Only the columns that differ. */
function columnsIn(fields: readonly string[], row: ConsultationRow): Partial<ContentColumns> {
  const columns = fields.filter((field): field is keyof ContentColumns => field in NOTHING)
  return Object.fromEntries(columns.map((column) => [column, row[column]]))
}

/**
 * Keeps what a doctor has typed so far. Throws `auth/forbidden` for another doctor's, `state/conflict` for a signed
 * one, `state/version` with the present one, `rule/broken`. Nothing is written when nothing differs. Four round
 * trips, five with a new code.
 */
export async function saveDraft(
  deps: ConsultationWriteDeps,
  id: string,
  version: number,
  input: ContentInput,
  who: Who,
): Promise<Consultation> {
  const doctor = await writingDoctor(deps, who)
  const seen = await ownConsultation(deps, id, version, 'save', doctor)
  const next = await withContent(deps.db, seen, input)
  const fields = changedFields(seen, next)
  if (fields.length === 0) return viewConsultation(seen)
  const after = { ...next, version: version + 1 }
  await inTransaction(deps.db, (trx) =>
    writeOrRefuse(trx, {
      seen,
      changes: columnsIn(fields, next),
      diagnoses: fields.includes('diagnoses') ? next.diagnoses : undefined,
      audit: about(who, seen, 'save', { fields, version: after.version }),
      now: deps.clock.now(),
    }),
  )
  return viewConsultation(after)
}

const CHARGED = ['fee_sen', 'procedures']

/**
 * Changes a signed consultation, with a reason; how it was is kept. What it costs can be changed until the visit is paid
 * or over. Throws as {@link saveDraft}, and `rule/broken` where nothing would change.
 */
export async function amendConsultation(
  deps: ConsultationWriteDeps,
  id: string,
  { version, reason, changes }: AmendInput,
  who: Who,
): Promise<Consultation> {
  const doctor = await writingDoctor(deps, who)
  const seen = await ownConsultation(deps, id, version, 'amend', doctor)
  const next = await withContent(deps.db, seen, changes, 'changes.')
  const fields = changedFields(seen, next)
  if (fields.length === 0)
    throw new AppError('rule/broken', { errors: [{ path: 'changes', message: 'Changes nothing' }] })
  const isCharged = fields.some((field) => CHARGED.includes(field))
  const now = deps.clock.now()
  const after: ConsultationRow = {
    ...next,
    status: 'amended',
    amended_at: toSqlUtc(now),
    version: version + 1,
  }
  await inTransaction(deps.db, async (trx) => {
    if (isCharged) await assertNotSettled(trx, seen)
    await writeOrRefuse(trx, {
      seen,
      changes: { ...columnsIn(fields, next), status: 'amended', amended_at: after.amended_at },
      diagnoses: fields.includes('diagnoses') ? next.diagnoses : undefined,
      kept: { kind: 'amended', of: after, userId: who.userId ?? '', reason },
      audit: about(who, seen, 'amend', { fields, version: after.version }),
      now,
    })
  })
  return viewConsultation(after)
}

/**
 * What is paid is written down, and whoever has gone has been charged: from then on money is settled at the desk. Bills
 * are held by their ticket, so nobody pays while this is being changed.
 */
async function assertNotSettled(trx: Knex.Transaction, row: ConsultationRow): Promise<void> {
  const ticket = row.ticket_id === null ? null : await lockTicket(trx, row.ticket_id)
  const statuses = (await trx('bills')
    .comment('consultations.bill-status')
    .whereIn('visit_id', [row.visit_id, ticket?.visit_id ?? row.visit_id])
    .where('live', 1)
    .pluck('status')) as BillStatus[]
  if (ticket !== null && ticket.status !== 'completed' && statuses.every(isUnsettled)) return
  throw new AppError('rule/broken', {
    errors: [
      { path: 'changes', message: 'Fee and procedures cannot be changed once the visit is paid or over' },
    ],
  })
}
