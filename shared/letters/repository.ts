import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { LetterKind, LetterLanguage } from './rules.ts'
import type { LetterQuery } from './schema.ts'

/** A row of `letters` as the driver gives it. */
export interface LetterRow {
  id: string
  kind: LetterKind
  language: LetterLanguage
  consultation_id: string
  visit_id: string
  patient_id: string
  doctor_id: string
  patient_name: string
  doctor_name: string
  doctor_mmc: string
  signature_id: string | null
  recipient: string | null
  body: string
  issued_on: string
  issued_at: string
}

const COLUMNS = [
  'id',
  'kind',
  'language',
  'consultation_id',
  'visit_id',
  'patient_id',
  'doctor_id',
  'patient_name',
  'doctor_name',
  'doctor_mmc',
  'signature_id',
  'recipient',
  'body',
  'issued_on',
  'issued_at',
] as const satisfies readonly (keyof LetterRow)[]

export const findLetter = (db: Db, id: string): Promise<LetterRow | undefined> =>
  reading(
    db('letters').comment('letters.find').where({ id }).first(COLUMNS) as PromiseLike<LetterRow | undefined>,
  )

/** Letters of a patient or a consultation, the latest first; one more than the limit where there are more. */
export function listLetters(
  db: Db,
  { patient, consultation, cursor, limit }: LetterQuery,
): Promise<LetterRow[]> {
  const list = db('letters').comment('letters.list')
  if (patient !== undefined) list.where('patient_id', patient)
  if (consultation !== undefined) list.where('consultation_id', consultation)
  if (cursor !== undefined) list.where('id', '<', cursor)
  const page = list.orderBy('id', 'desc').limit(limit + 1)
  return reading(page.select(COLUMNS) as PromiseLike<LetterRow[]>)
}

/** Keeps a letter; answers its id. */
export async function insertLetter(trx: Knex.Transaction, row: Omit<LetterRow, 'id'>): Promise<string> {
  const [id] = await trx('letters').comment('letters.insert').insert(row)
  return String(id)
}

/** Whom a letter is about, and whose consultation it comes from. */
export interface About {
  visit_id: string
  patient_id: string
  doctor_id: string
  day: string
  patient_name: string
  id_number: string | null
  date_of_birth: string | null
}

/** A consultation with its patient, both held as they are until the transaction ends. */
export const holdConsultation = (trx: Knex.Transaction, id: string): Promise<About | undefined> =>
  trx('consultations as c')
    .comment('letters.hold-consultation')
    .join('patients as p', 'p.id', 'c.patient_id')
    .where('c.id', id)
    .whereNull('p.deleted_at')
    .forShare()
    .first({
      visit_id: 'c.visit_id',
      patient_id: 'c.patient_id',
      doctor_id: 'c.doctor_id',
      day: 'c.day',
      patient_name: 'p.name',
      id_number: 'p.id_number',
      date_of_birth: 'p.date_of_birth',
    })
