import type { Knex } from '../shared/db/connect.ts'

/** Where an appointment came from, and which import made it or a user, so that it can be found and taken back. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table appointments
    add column source varchar(40) character set ascii collate ascii_bin null,
    add column external_id varchar(80) collate utf8mb4_bin null,
    add column import_no int unsigned null,
    add unique key appointments_external_id (source, external_id),
    add key appointments_import_no (import_no)`)
  await db.raw(
    'alter table users add column import_no int unsigned null, add key users_import_no (import_no)',
  )
}
