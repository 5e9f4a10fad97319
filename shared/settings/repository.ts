import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'

/** A changed setting; the value is JSON text. */
export interface SettingRow {
  name: string
  value: string
  version: number
}

/** Every setting that was ever changed: at most as many rows as there are definitions. */
export const listChanged = (db: Db): Promise<SettingRow[]> =>
  reading(
    db('settings').comment('settings.list').select('name', 'value', 'version') as PromiseLike<SettingRow[]>,
  )

/** One changed setting under a lock; undefined while it has its default. */
export const lockSetting = (trx: Knex.Transaction, name: string): Promise<SettingRow | undefined> =>
  trx('settings').comment('settings.lock').where({ name }).forUpdate().first('name', 'value', 'version')

/** Keeps a value: a first one is inserted, and refused by the key where another was first. */
export async function storeSetting(
  trx: Knex.Transaction,
  row: { name: string; value: unknown; version: number; at: string; by: string | null },
): Promise<void> {
  const stored = {
    value: JSON.stringify(row.value),
    version: row.version,
    updated_at: row.at,
    updated_by: row.by,
  }
  const table = trx('settings').comment('settings.store')
  if (row.version === 1) await table.insert({ name: row.name, ...stored })
  else await table.where({ name: row.name }).update(stored)
}

/** A picture of the clinic; `content` is base64, empty once it was taken out. */
export interface ClinicFileRow {
  name: string
  media_type: string
  content: string
  version: number
}

const FILE_COLUMNS = ['name', 'media_type', 'content', 'version'] as const

/** One picture of the clinic; undefined while there never was one. */
export const findClinicFile = (db: Db, name: string): Promise<ClinicFileRow | undefined> =>
  reading(
    db('clinic_files')
      .comment('settings.file')
      .where({ name })
      .first(...FILE_COLUMNS) as PromiseLike<ClinicFileRow | undefined>,
  )

/** The same under a lock. */
export const lockClinicFile = (trx: Knex.Transaction, name: string): Promise<ClinicFileRow | undefined> =>
  trx('clinic_files')
    .comment('settings.lock-file')
    .where({ name })
    .forUpdate()
    .first(...FILE_COLUMNS)

/** Keeps a picture: a first one is inserted, and refused by the key where another was first. */
export async function storeClinicFile(
  trx: Knex.Transaction,
  { name, ...file }: ClinicFileRow & { updated_at: string; updated_by: string | null },
): Promise<void> {
  const table = trx('clinic_files').comment('settings.store-file')
  if (file.version === 1) await table.insert({ name, ...file })
  else await table.where({ name }).update(file)
}
