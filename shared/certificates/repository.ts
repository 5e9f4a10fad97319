import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { CertificateStatus } from './rules.ts'
import type { CertificateQuery } from './schema.ts'

/** A row of `medical_certificates` as the driver gives it. */
export interface CertificateRow {
  id: string
  number: string
  consultation_id: string
  visit_id: string
  patient_id: string
  doctor_id: string
  patient_name: string
  patient_id_number: string | null
  doctor_name: string
  doctor_mmc: string
  signature_id: string | null
  from_on: string
  to_on: string
  issued_on: string
  issued_at: string
  status: CertificateStatus
  void_reason: string | null
  voided_at: string | null
  replaced_by: string | null
  version: number
}

const COLUMNS = [
  'id',
  'number',
  'consultation_id',
  'visit_id',
  'patient_id',
  'doctor_id',
  'patient_name',
  'patient_id_number',
  'doctor_name',
  'doctor_mmc',
  'signature_id',
  'from_on',
  'to_on',
  'issued_on',
  'issued_at',
  'status',
  'void_reason',
  'voided_at',
  'replaced_by',
  'version',
] as const satisfies readonly (keyof CertificateRow)[]

/** One certificate, under a lock where it is to become void. */
export function findCertificate(
  db: Db,
  where: { id: string } | { number: string },
  options: { lock?: boolean } = {},
): Promise<CertificateRow | undefined> {
  const query = db('medical_certificates').comment('certificates.find').where(where).first(COLUMNS)
  return reading((options.lock ? query.forUpdate() : query) as PromiseLike<CertificateRow | undefined>)
}

/** Certificates, the latest first; one more than the limit where there are more. */
export function listCertificates(db: Db, query: CertificateQuery): Promise<CertificateRow[]> {
  const { patient, consultation, doctor, from, to, status, cursor, limit } = query
  const list = db('medical_certificates').comment('certificates.list')
  const exact = { patient_id: patient, consultation_id: consultation, doctor_id: doctor, status }
  for (const [column, value] of Object.entries(exact)) if (value !== undefined) list.where(column, value)
  if (from !== undefined) list.where('issued_on', '>=', from)
  if (to !== undefined) list.where('issued_on', '<=', to)
  if (cursor !== undefined) list.where('id', '<', cursor)
  return reading(
    list
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .select(COLUMNS) as PromiseLike<CertificateRow[]>,
  )
}

/** Whose consultation a certificate is to come from. */
export interface Consulted {
  id: string
  visit_id: string
  patient_id: string
  doctor_id: string
  patient_name: string
  patient_id_number: string | null
}

/** A consultation with its patient, both held as they are until the transaction ends. */
export const holdConsultation = (trx: Knex.Transaction, id: string): Promise<Consulted | undefined> =>
  trx('consultations as c')
    .comment('certificates.hold-consultation')
    .join('patients as p', 'p.id', 'c.patient_id')
    .where('c.id', id)
    .whereNull('p.deleted_at')
    .forShare()
    .first({
      id: 'c.id',
      visit_id: 'c.visit_id',
      patient_id: 'c.patient_id',
      doctor_id: 'c.doctor_id',
      patient_name: 'p.name',
      patient_id_number: 'p.id_number',
    })

/** The update that makes a locked certificate void, not yet run; `replacedBy` may be a variable of its trip. */
export const voiding = (
  trx: Knex.Transaction,
  id: string,
  { reason, at, by, replacedBy }: { reason: string; at: string; by: string; replacedBy: Knex.Raw | null },
): Knex.QueryBuilder =>
  trx('medical_certificates')
    .where({ id })
    .update({
      status: 'void',
      void_reason: reason,
      voided_at: at,
      voided_by: by,
      replaced_by: replacedBy,
      version: trx.raw('version + 1'),
    })
