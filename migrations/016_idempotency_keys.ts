import type { Knex } from '../shared/db/connect.ts'

/** A request that was carried out once: the key, what was asked and what it made, in the transaction that made it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table idempotency_keys (
    user_id bigint unsigned not null,
    idempotency_key varchar(80) character set ascii collate ascii_bin not null,
    request_sha256 char(64) character set ascii not null,
    entity varchar(40) character set ascii not null,
    entity_id varchar(40) character set ascii not null,
    created_at datetime(3) not null default current_timestamp(3),
    primary key (user_id, idempotency_key),
    key idempotency_keys_created (created_at)
  ) engine=InnoDB default charset=utf8mb4`)
}
