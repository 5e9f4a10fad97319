import type { Knex } from '../shared/db/connect.ts'

/** How an import read its file (`{format, mapping}`), so that refused rows can be read again when the file is gone. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table operations add column file_reading json null after file_columns')
}
