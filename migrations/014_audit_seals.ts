import type { Knex } from '../shared/db/connect.ts'

/** One link of the hash chain: `hash` covers the previous seal's hash and the entries this seal took in. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table audit_seals (
    id bigint unsigned not null primary key,
    at datetime(3) not null,
    entries int unsigned not null,
    previous_hash char(64) character set ascii not null,
    hash char(64) character set ascii not null
  ) engine=InnoDB`)
}
