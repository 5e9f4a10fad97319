import type { Db } from '../../db/connect.ts'
import { readCertificates, readConsultations, readLetters, readPrescriptions, readVisits } from './care.ts'
import { readBills, readPayments } from './money.ts'
import { readAccess, readAppointments, readConditions, readMerges, readPerson } from './people.ts'
import type { PatientRecord } from './record.ts'
import { type FileRights, SECTIONS, type Section } from './rights.ts'

/** What the clinic says of itself at the head of the file. */
export type FileClinic = PatientRecord['about']['clinic']

/**
 * Reads everything that is kept of one patient, as much of it as the rights open; a fixed number of statements. Of
 * other people there are the names of staff alone. Throws `not-found`, and `state/merged` naming whose record it is
 * part of now.
 */
export async function gatherFile(
  db: Db,
  patientId: string,
  rights: FileRights,
  { clinic, madeAt }: { clinic: FileClinic; madeAt: Date },
): Promise<PatientRecord> {
  const person = await readPerson(db, patientId, rights)
  const { merges, ids } = await readMerges(db, patientId)
  const when = async <Part>(section: Section, read: () => Promise<Part>) =>
    rights.included.has(section) ? { [section]: await read() } : {}
  return {
    about: {
      madeAt: madeAt.toISOString(),
      clinic,
      included: SECTIONS.filter((section) => rights.included.has(section)),
      leftOut: SECTIONS.filter((section) => !rights.included.has(section)),
    },
    person,
    visits: await readVisits(db, patientId, rights),
    ...(await when('consultations', () => readConsultations(db, patientId))),
    ...(await when('conditions', () => readConditions(db, patientId))),
    ...(await when('prescriptions', () => readPrescriptions(db, patientId))),
    ...(await when('certificates', () => readCertificates(db, patientId))),
    ...(await when('letters', () => readLetters(db, patientId))),
    ...(await when('bills', () => readBills(db, patientId))),
    ...(await when('payments', () => readPayments(db, patientId))),
    ...(await when('appointments', () => readAppointments(db, patientId))),
    merges,
    ...(await when('access', () => readAccess(db, ids))),
  }
}
