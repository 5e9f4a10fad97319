import type { Knex } from '../shared/db/connect.ts'

/** The audit by time, for its newest entries; entries come nearly in this order, so the key costs little. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table audit_entries add key audit_entries_at (at)')
}
