import type { StoredProcedure } from './charges.ts'
import type { ConsultationStatus } from './rules.ts'
import type { Diagnosis, Vitals } from './schema.ts'

/** What a doctor writes, in the names and the form of the columns; `vitals` and `procedures` are JSON texts. */
export interface ContentColumns {
  vitals: string
  subjective: string
  objective: string
  assessment: string
  plan: string
  follow_up_on: string | null
  follow_up_note: string | null
  fee_sen: number | null
  procedures: string
}

/** A consultation as the driver gives it, without what was written. */
export interface OutlineRow {
  id: string
  visit_id: string
  ticket_id: string | null
  patient_id: string
  patient_name: string
  doctor_id: string
  doctor_name: string
  day: string
  status: ConsultationStatus
  version: number
  created_at: string
  signed_at: string | null
  amended_at: string | null
}

/** A whole consultation as the driver gives it; the diagnoses in their order. */
export interface ConsultationRow extends OutlineRow, ContentColumns {
  diagnoses: Diagnosis[]
}

/** A consultation as it begins. */
export const NOTHING: ContentColumns = {
  vitals: '{}',
  subjective: '',
  objective: '',
  assessment: '',
  plan: '',
  follow_up_on: null,
  follow_up_note: null,
  fee_sen: null,
  procedures: '[]',
}

const FIELDS = Object.keys(NOTHING) as (keyof ContentColumns)[]

/** Names of the fields in which two states differ; for the audit, which holds no values. */
export function changedFields(
  before: ContentColumns & { diagnoses: readonly Diagnosis[] },
  after: ContentColumns & { diagnoses: readonly Diagnosis[] },
): string[] {
  const changed: string[] = FIELDS.filter((field) => before[field] !== after[field])
  const same = JSON.stringify(before.diagnoses) === JSON.stringify(after.diagnoses)
  return same ? changed : [...changed, 'diagnoses']
}

/** Whether nothing has been written yet; the fee is there from the beginning. */
export const isEmpty = (row: ContentColumns & { diagnoses: readonly Diagnosis[] }): boolean =>
  changedFields({ ...NOTHING, fee_sen: row.fee_sen, diagnoses: [] }, row).length === 0

/** Vitals without what was not measured, so that equal ones are equal texts. */
export function storedVitals(given: Vitals): string {
  const measured = Object.entries(given).filter(([, value]) => value != null)
  return JSON.stringify(Object.fromEntries(measured.sort(([a], [b]) => (a < b ? -1 : 1))))
}

export const readProcedures = (stored: string): StoredProcedure[] => JSON.parse(stored)
