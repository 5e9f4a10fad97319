import type { Db } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { medicationRows } from '../medications/reads.ts'
import { rmOf } from '../medications/rules.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { isRowId } from '../units/ids.ts'
import { judgeOrder } from './order.ts'
import { type ConsultationRef, findConsultation, findLastVisit, listLines } from './repository.ts'
import type { DosingInput, DosingResult, LastPrescription, LineInput, Prescription } from './schema.ts'
import { viewPrescription } from './view.ts'

export { type PrescriptionCharge, prescriptionChargesOf } from './charges.ts'
export { type LineRow, linesOf, SELECTED } from './repository.ts'
export { viewLine } from './view.ts'

/** Name of the domain in the cache. */
export const PRESCRIPTIONS = 'prescriptions'

/** The consultation; throws `not-found`, for ids of another shape too. */
export async function consultationOf(db: Db, id: string): Promise<ConsultationRef> {
  const ref = isRowId(id) ? await findConsultation(db, id) : undefined
  if (ref === undefined) throw new AppError('not-found')
  return ref
}

/** What was ordered in a consultation, straight from the database; nothing yet is an empty one of version 0. */
export async function getPrescription(deps: Pick<Deps, 'db'>, id: string): Promise<Prescription> {
  const ref = await consultationOf(deps.db, id)
  return viewPrescription(ref, await listLines(deps.db, ref.visit_id), ref.version ?? 0)
}

/** The patient's last prescription before this consultation, as lines for a new one; what is out of use is named. */
export async function getLastPrescription(
  deps: Pick<Deps, 'db'>,
  id: string,
): Promise<{ patientId: string; last: LastPrescription }> {
  const ref = await consultationOf(deps.db, id)
  const found = await findLastVisit(deps.db, ref.patient_id, ref.visit_id)
  const rows = found === undefined ? [] : await listLines(deps.db, found.visit_id)
  const kept = rows.filter(({ status }) => status !== 'returned')
  const medications = await medicationRows(
    deps.db,
    kept.map((row) => row.medication_id),
  )
  const isUsed = (medicationId: string) => medications.get(medicationId)?.active === 1
  const lines = kept
    .filter((row) => isUsed(row.medication_id))
    .map(
      (row): LineInput => ({
        medicationId: row.medication_id,
        dose: Number(row.dose),
        doseUnit: row.dose_unit,
        route: row.route,
        frequency: row.frequency,
        timing: row.timing,
        asNeeded: row.as_needed === 1,
        maxPerDay: row.max_per_day === null ? null : Number(row.max_per_day),
        durationDays: row.duration_days,
        quantity: row.quantity,
        note: row.note,
      }),
    )
  const unavailable = kept
    .filter((row) => !isUsed(row.medication_id))
    .map((row) => ({ medicationId: row.medication_id, description: row.description }))
  const orderedAt = fromSqlUtc(kept[0]?.ordered_at ?? null)
  return {
    patientId: ref.patient_id,
    last: { visitId: found?.visit_id ?? null, orderedAt, lines, unavailable },
  }
}

/** What a dosing comes to. Throws `rule/broken` as ordering it would. */
export async function reckonDosing(deps: Pick<Deps, 'db'>, input: DosingInput): Promise<DosingResult> {
  const medicine = (await medicationRows(deps.db, [input.medicationId])).get(input.medicationId)
  const order = judgeOrder(medicine, input, '')
  return {
    quantity: order.quantity,
    unit: medicine?.unit ?? '',
    instructions: { ms: order.instructions_ms, en: order.instructions_en },
    unitPrice: rmOf(order.unit_price_sen),
    amount: rmOf(order.unit_price_sen * order.quantity),
  }
}
