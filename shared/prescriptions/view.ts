import { rmOf } from '../medications/rules.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { ConsultationRef, LineRow } from './repository.ts'
import { CHARGED_LINES } from './rules.ts'
import type { Prescription, PrescriptionLine } from './schema.ts'

/** A line as staff see it. */
export const viewLine = (row: LineRow): PrescriptionLine => ({
  id: row.id,
  visitId: row.visit_id,
  consultationId: row.consultation_id,
  medicationId: row.medication_id,
  description: row.description,
  unit: row.medication_unit,
  dose: Number(row.dose),
  doseUnit: row.dose_unit,
  route: row.route,
  frequency: row.frequency,
  timing: row.timing,
  asNeeded: row.as_needed === 1,
  maxPerDay: row.max_per_day === null ? null : Number(row.max_per_day),
  durationDays: row.duration_days,
  quantity: row.quantity,
  instructions: { ms: row.instructions_ms, en: row.instructions_en },
  note: row.note,
  unitPrice: rmOf(row.unit_price_sen),
  amount: rmOf(row.unit_price_sen * row.quantity),
  status: row.status,
  warnings: JSON.parse(row.warnings),
  overrideReason: row.override_reason,
  returnReason: row.return_reason,
  times: {
    orderedAt: fromSqlUtc(row.ordered_at),
    preparedAt: fromSqlUtc(row.prepared_at),
    handedOverAt: fromSqlUtc(row.handed_over_at),
    returnedAt: fromSqlUtc(row.returned_at),
    cancelledAt: fromSqlUtc(row.cancelled_at),
  },
  version: row.version,
})

const isCharged = ({ status }: LineRow): boolean => (CHARGED_LINES as readonly string[]).includes(status)

/** The prescription of a consultation with what it costs. */
export const viewPrescription = (
  ref: ConsultationRef,
  rows: readonly LineRow[],
  version: number,
): Prescription => ({
  consultationId: ref.id,
  visitId: ref.visit_id,
  patientId: ref.patient_id,
  lines: rows.map(viewLine),
  total: rmOf(rows.filter(isCharged).reduce((sum, row) => sum + row.unit_price_sen * row.quantity, 0)),
  version,
})
