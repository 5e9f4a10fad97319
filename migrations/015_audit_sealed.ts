import type { Knex } from '../shared/db/connect.ts'

/** Which seal took in which entry: membership, not "id above the last", because a transaction may commit a lower id later. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table audit_sealed (
    audit_id bigint unsigned not null primary key,
    seal_id bigint unsigned not null,
    key audit_sealed_seal (seal_id)
  ) engine=InnoDB`)
}
