import type { Knex } from '../shared/db/connect.ts'

/**
 * Finds the rows of one import again, to take them back. Import numbers only grow, so a bulk load appends to this
 * index; it costs about as much as the primary key does.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table patients add key patients_import_no (import_no)')
}
