import type { Knex } from '../db/connect.ts'

/** One row of `backups`, as the driver gives it. */
export interface BackupRow {
  id: string
  name: string
  operation_id: string | null
  taken_at: string
  bytes: string | number
  table_count: number
  row_total: string | number
  key_id: string
  proven_at: string | null
  checked_at: string | null
  proof_fault: string | null
  offsite_at: string | null
  offsite_fault: string | null
  removed_at: string | null
}

const COLUMNS = [
  'id',
  'name',
  'operation_id',
  'taken_at',
  'bytes',
  'table_count',
  'row_total',
  'key_id',
  'proven_at',
  'checked_at',
  'proof_fault',
  'offsite_at',
  'offsite_fault',
  'removed_at',
] as const

const backups = (db: Knex) => db<BackupRow>('backups').select(...COLUMNS)

/** Notes backups that are there; those known already stay as they are. */
export async function insertBackups(
  db: Knex,
  rows: Pick<
    BackupRow,
    'name' | 'operation_id' | 'taken_at' | 'bytes' | 'table_count' | 'row_total' | 'key_id'
  >[],
): Promise<void> {
  if (rows.length > 0) await db('backups').insert(rows).onConflict('name').ignore()
}

/** One backup by name, or undefined. */
export const findBackup = async (db: Knex, name: string): Promise<BackupRow | undefined> =>
  backups(db).where({ name }).first()

/** One backup by id, or undefined. */
export const findBackupById = async (db: Knex, id: string): Promise<BackupRow | undefined> =>
  backups(db).where({ id }).first()

/** The newest backup that is still there, or undefined. */
export const newestBackup = async (db: Knex): Promise<BackupRow | undefined> =>
  backups(db).whereNull('removed_at').orderBy('taken_at', 'desc').orderBy('id', 'desc').first()

/** All backups that are still there; retention keeps them few. */
export const presentBackups = async (db: Knex): Promise<BackupRow[]> =>
  backups(db).whereNull('removed_at').orderBy('taken_at', 'desc')

/** A page of backups, newest first, and how many there are. */
export async function pageOfBackups(
  db: Knex,
  skip: number,
  limit: number,
): Promise<{ rows: BackupRow[]; total: number }> {
  const [rows, counted] = await Promise.all([
    backups(db).orderBy('taken_at', 'desc').orderBy('id', 'desc').offset(skip).limit(limit),
    db('backups').count({ n: '*' }).first(),
  ])
  return { rows, total: Number(counted?.n ?? 0) }
}

/** Sets columns of one backup. */
export async function updateBackup(db: Knex, name: string, fields: Partial<BackupRow>): Promise<void> {
  await db('backups').where({ name }).update(fields)
}
