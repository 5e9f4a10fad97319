import type { Knex } from '../shared/db/connect.ts'

/** The header of an imported file, so that refused rows can be shown and sent back under its columns. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table operations add column file_columns json null after file_path')
}
