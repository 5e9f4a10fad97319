import type { Knex } from '../shared/db/connect.ts'

/** The audit by what was done: failed sign-ins, mass reading, merges. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table audit_entries add key audit_entries_action (action, at)')
}
