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
