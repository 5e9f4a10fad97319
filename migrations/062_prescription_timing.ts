import type { Knex } from '../shared/db/connect.ts'

/** When a medicine is taken in relation to food; null: it does not matter. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table prescription_lines
    add column timing varchar(12) character set ascii null after frequency`)
}
