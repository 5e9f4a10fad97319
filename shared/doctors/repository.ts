import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { WorkingHours } from './schema.ts'

/** A row of `doctors` as the driver gives it. */
export interface DoctorRow {
  id: string
  user_id: string | null
  code: string
  name: string
  specialty: string | null
  mmc_number: string | null
  apc_number: string | null
  room: string | null
  working_hours: WorkingHours | string
  /** What the doctor signs papers with. */
  signature_id: string | null
  active: number
  version: number
}

const COLUMNS = [
  'id',
  'user_id',
  'code',
  'name',
  'specialty',
  'mmc_number',
  'apc_number',
  'room',
  'working_hours',
  'signature_id',
  'active',
  'version',
] as const satisfies readonly (keyof DoctorRow)[]

/** More doctors than any one clinic has: bounds the list. */
export const MOST_DOCTORS = 500

/** All doctors, those at work first, by name. */
export const listDoctors = (db: Db): Promise<DoctorRow[]> =>
  reading(
    db('doctors')
      .comment('doctors.list')
      .orderBy([{ column: 'active', order: 'desc' }, 'name', 'id'])
      .limit(MOST_DOCTORS)
      .select(COLUMNS) as PromiseLike<DoctorRow[]>,
  )

/** One doctor, under a lock where the row is to be changed. */
export async function findDoctor(
  db: Db,
  id: string,
  options: { lock?: boolean } = {},
): Promise<DoctorRow | undefined> {
  const query = db('doctors').comment('doctors.find').where({ id }).first(COLUMNS)
  return reading((options.lock ? query.forUpdate() : query) as PromiseLike<DoctorRow | undefined>)
}

type Stored = Omit<DoctorRow, 'id' | 'version' | 'active' | 'working_hours'> & {
  working_hours: string
  active: boolean
}

/** Adds a doctor; answers the id. */
export async function insertDoctor(
  trx: Knex.Transaction,
  row: Omit<Stored, 'signature_id'>,
  at: string,
): Promise<string> {
  const [id] = await trx('doctors')
    .comment('doctors.insert')
    .insert({ ...row, created_at: at, updated_at: at })
  return String(id)
}

/** Changes a doctor whose row is locked, and raises the version. */
export async function updateDoctor(
  trx: Knex.Transaction,
  id: string,
  changes: Partial<Stored>,
  at: string,
): Promise<void> {
  await trx('doctors')
    .comment('doctors.update')
    .where({ id })
    .update({ ...changes, version: trx.raw('version + 1'), updated_at: at })
}

/** A picture of a signature; `content` is base64. */
export interface SignatureRow {
  id: string
  media_type: string
  content: string
}

/** A picture of a signature, the present one or an earlier one. */
export const findSignature = (db: Db, id: string): Promise<SignatureRow | undefined> =>
  reading(
    db('doctor_signatures')
      .comment('doctors.signature')
      .where({ id })
      .first('id', 'media_type', 'content') as PromiseLike<SignatureRow | undefined>,
  )

/** Keeps a picture of a signature; answers its id. */
export async function insertSignature(
  trx: Knex.Transaction,
  row: Omit<SignatureRow, 'id'> & { doctor_id: string; created_at: string; created_by: string | null },
): Promise<string> {
  const [id] = await trx('doctor_signatures').comment('doctors.new-signature').insert(row)
  return String(id)
}

/** Which unique field of a doctor somebody else has already. */
export async function takenField(
  db: Db,
  wanted: {
    code?: string | undefined
    userId?: string | null | undefined
    mmcNumber?: string | null | undefined
  },
  exceptId: string | null,
): Promise<'code' | 'userId' | 'mmcNumber' | undefined> {
  const keys = [
    ['code', 'code', wanted.code],
    ['userId', 'user_id', wanted.userId],
    ['mmcNumber', 'mmc_number', wanted.mmcNumber],
  ] as const
  for (const [field, column, value] of keys) {
    if (value === null || value === undefined) continue
    const query = db('doctors').comment('doctors.taken').where(column, value)
    if (exceptId !== null) query.whereNot('id', exceptId)
    if ((await reading(query.first('id'))) !== undefined) return field
  }
  return undefined
}
