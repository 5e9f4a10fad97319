import { rmOf } from '../billing/rules.ts'
import { clinicNumber } from '../patients/reads.ts'
import type { Permission } from '../rights/permissions.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { type ConsultationRow, type ContentColumns, type OutlineRow, readProcedures } from './model.ts'
import type { Consultation, Content, Diagnosis, Outline } from './schema.ts'

/** What of consultations a reader may see: all, what was ordered, or that there was one. */
export type ConsultationVariant = 'full' | 'prescription' | 'outline'

/** The most that somebody's rights allow; the routes have refused those without any. */
export function variantOf(permissions: ReadonlySet<Permission>): ConsultationVariant {
  if (permissions.has('consultations.view')) return 'full'
  return permissions.has('consultations.prescription') ? 'prescription' : 'outline'
}

/** Who, when, by whom; nothing that was written. */
export const viewOutline = (row: OutlineRow): Outline => ({
  id: row.id,
  visitId: row.visit_id,
  ticketId: row.ticket_id,
  day: row.day,
  patient: { id: row.patient_id, name: row.patient_name, clinicNumber: clinicNumber(row.patient_id) },
  doctor: { id: row.doctor_id, name: row.doctor_name },
  status: row.status,
  startedAt: fromSqlUtc(row.created_at) ?? '',
  signedAt: fromSqlUtc(row.signed_at),
  amendedAt: fromSqlUtc(row.amended_at),
  version: row.version,
})

/** What was written, as it stands on the wire. */
export const viewContent = (row: ContentColumns & { diagnoses: readonly Diagnosis[] }): Content => ({
  vitals: JSON.parse(row.vitals),
  subjective: row.subjective,
  objective: row.objective,
  assessment: row.assessment,
  plan: row.plan,
  diagnoses: [...row.diagnoses],
  followUp: row.follow_up_on === null ? null : { on: row.follow_up_on, note: row.follow_up_note },
  fee: row.fee_sen === null ? null : rmOf(row.fee_sen),
  procedures: readProcedures(row.procedures).map(({ description, priceSen, quantity }) => ({
    description,
    price: rmOf(priceSen),
    quantity,
  })),
})

/** A whole consultation. */
export const viewConsultation = (row: ConsultationRow): Consultation => ({
  ...viewOutline(row),
  ...viewContent(row),
})
