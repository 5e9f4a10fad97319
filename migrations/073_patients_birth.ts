import type { Knex } from '../shared/db/connect.ts'

/**
 * Finds those born on a day: in a file of a million that is some dozens, whose names are then compared letter by
 * letter while somebody is being registered.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table patients add key patients_date_of_birth (date_of_birth)')
}
