import { AppError } from '../errors/app-error.ts'
import { judgePatientRow } from '../patients/rules.ts'
import { BUNDLE } from './formats/mixed-kinds.ts'
import type { ImportKind } from './kind.ts'
import { PATIENT_FIELDS } from './patient-fields.ts'
import { APPOINTMENT_RULES } from './records/appointments.ts'
import { CONDITION_RULES } from './records/conditions.ts'
import { DOCTOR_RULES } from './records/doctors.ts'
import { ICD10_RULES } from './records/icd10.ts'
import { MEDICATION_RULES } from './records/medications.ts'
import { PAYMENT_RULES } from './records/payments.ts'
import { PRESCRIPTION_RULES } from './records/prescriptions.ts'
import { type RecordRules, recordKind } from './records/row.ts'
import { USER_RULES } from './records/users.ts'
import { VISIT_RULES } from './records/visits.ts'

export type { ImportKind } from './kind.ts'

/** The kinds whose rows are records like any other, in the order in which files are imported. */
export const RECORD_RULES = {
  doctors: DOCTOR_RULES,
  medications: MEDICATION_RULES,
  icd10: ICD10_RULES,
  visits: VISIT_RULES,
  prescriptions: PRESCRIPTION_RULES,
  payments: PAYMENT_RULES,
  conditions: CONDITION_RULES,
  appointments: APPOINTMENT_RULES,
  users: USER_RULES,
} as const satisfies Record<string, RecordRules>

/** A kind of records: everything but patients. */
export type RecordKindName = keyof typeof RECORD_RULES

/** A name under which something can be imported. */
export type ImportKindName = 'patients' | RecordKindName

/** Every kind that can be imported; adding one is adding an entry. */
export const IMPORT_KINDS: Readonly<Record<ImportKindName, ImportKind>> = {
  patients: { fields: PATIENT_FIELDS, leastNeeded: ['name'], judge: judgePatientRow },
  doctors: recordKind(RECORD_RULES.doctors),
  medications: recordKind(RECORD_RULES.medications),
  icd10: recordKind(RECORD_RULES.icd10),
  visits: recordKind(RECORD_RULES.visits),
  prescriptions: recordKind(RECORD_RULES.prescriptions),
  payments: recordKind(RECORD_RULES.payments),
  conditions: recordKind(RECORD_RULES.conditions),
  appointments: recordKind(RECORD_RULES.appointments),
  users: recordKind(RECORD_RULES.users),
}

/** Every name under which something can be imported. */
export const IMPORT_NAMES = [...(Object.keys(IMPORT_KINDS) as ImportKindName[]), BUNDLE] as const

/** The kind of that name; throws `import/unknown-kind`. */
export function importKind(name: string): ImportKind {
  if (!Object.hasOwn(IMPORT_KINDS, name)) throw new AppError('import/unknown-kind')
  return IMPORT_KINDS[name as ImportKindName]
}

/** The rules of a kind of records; undefined for patients. */
export const recordRules = (name: string): RecordRules | undefined =>
  Object.hasOwn(RECORD_RULES, name) ? RECORD_RULES[name as RecordKindName] : undefined
