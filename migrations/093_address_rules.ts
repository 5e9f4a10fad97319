import type { Knex } from '../shared/db/connect.ts'

/** Addresses that are shut out, or never are. Ended rules stay on record; only one of a kind and network is in force. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table address_rules (
    id bigint unsigned not null auto_increment primary key,
    kind varchar(5) character set ascii not null,
    network varchar(49) character set ascii not null,
    reason varchar(200) not null,
    automatic boolean not null default false,
    created_by bigint unsigned null,
    created_at datetime(3) not null,
    expires_at datetime(3) null,
    removed_at datetime(3) null,
    removed_by bigint unsigned null,
    in_force varchar(60) character set ascii
      as (if(removed_at is null, concat(kind, ' ', network), null)) stored,
    unique key address_rules_in_force (in_force),
    key address_rules_network (network, created_at)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
