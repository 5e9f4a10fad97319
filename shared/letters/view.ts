import { clinicNumber } from '../patients/reads.ts'
import type { LetterRow } from './repository.ts'
import type { Letter } from './schema.ts'

/** A row as those see it who may see letters. */
export const viewLetter = (row: LetterRow): Letter => ({
  id: row.id,
  kind: row.kind,
  language: row.language,
  consultationId: row.consultation_id,
  patient: { id: row.patient_id, name: row.patient_name, clinicNumber: clinicNumber(row.patient_id) },
  doctor: { id: row.doctor_id, name: row.doctor_name, mmcNumber: row.doctor_mmc },
  recipient: row.recipient,
  body: row.body,
  issuedOn: row.issued_on,
})
