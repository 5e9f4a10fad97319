import type { Knex } from '../shared/db/connect.ts'

/** Names the import that made a doctor, a medicine or a diagnosis code, so that it can be taken back. */
export async function up(db: Knex): Promise<void> {
  for (const table of ['doctors', 'medications', 'icd10_codes'])
    await db.raw('alter table ?? add column import_no int unsigned null, add key ?? (import_no)', [
      table,
      `${table}_import_no`,
    ])
}
