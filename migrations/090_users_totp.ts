import type { Knex } from '../shared/db/connect.ts'

/** Since when a person's sign-in takes a second step; null = it does not. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table users add column totp_enabled_at datetime(3) null')
}
