import type { Role } from '../rights/permissions.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { PatientRow } from './model.ts'
import type { Patient } from './schema.ts'

const CLINIC_NUMBER_DIGITS = 6

/** The number on the patient's card: `P-000123`. */
export const clinicNumber = (id: string): string => `P-${id.padStart(CLINIC_NUMBER_DIGITS, '0')}`

/**
 * What of a patient a role sees: `clinical` everything, `desk` all but what is about health
 * and the remarks. The digit is raised
 * when the shape changes, so that cached answers of an older program are never taken for new ones.
 */
export type PatientVariant = 'clinical-2' | 'desk-2'

export const variantFor = (role: Role): PatientVariant => (role === 'cashier' ? 'desk-2' : 'clinical-2')

/** A row as a role may see it. */
export function viewPatient(row: PatientRow, variant: PatientVariant): Patient {
  return {
    id: row.id,
    clinicNumber: clinicNumber(row.id),
    externalId: row.externalId,
    name: row.name,
    idType: row.idType,
    idNumber: row.idNumber,
    dateOfBirth: row.dateOfBirth,
    gender: row.gender,
    phone: row.phone,
    email: row.email,
    address: row.address,
    postcode: row.postcode,
    state: row.state,
    company: row.company,
    ...(variant === 'desk-2'
      ? {}
      : {
          allergies: row.allergies,
          chronicConditions: row.chronicConditions,
          medicalHistory: row.medicalHistory,
          remarks: row.remarks,
        }),
    nextOfKin: row.nextOfKin,
    consentOn: row.consentOn,
    registeredOn: row.registeredOn,
    version: row.version,
    createdAt: fromSqlUtc(row.createdAt) ?? '',
    updatedAt: fromSqlUtc(row.updatedAt) ?? '',
  }
}
