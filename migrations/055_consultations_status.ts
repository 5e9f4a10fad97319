import type { Knex } from '../shared/db/connect.ts'

/** What is still a draft is found without reading what is signed. */
export async function up(db: Knex): Promise<void> {
  await db.raw('create index consultations_status on consultations (status, day, id)')
}
