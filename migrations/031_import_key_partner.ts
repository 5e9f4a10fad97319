import type { Knex } from '../shared/db/connect.ts'

/** The other key of the row that claimed a key: tells whether a later row means the same person, in a rehearsal too. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table import_keys add column partner varchar(90) collate utf8mb4_bin null')
}
