import type { Knex } from '../shared/db/connect.ts'

/**
 * Screens of the waiting room. A pairing code works once and for minutes, the token of a paired screen until it is
 * revoked; only hashes of both are here.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table displays (
    id bigint unsigned not null auto_increment primary key,
    name varchar(60) not null,
    code_hash char(43) character set ascii collate ascii_bin null,
    code_expires_at datetime(3) null,
    token_hash char(43) character set ascii collate ascii_bin null,
    created_by bigint unsigned null,
    created_at datetime(3) not null,
    paired_at datetime(3) null,
    revoked_at datetime(3) null,
    unique key displays_code (code_hash),
    unique key displays_token (token_hash),
    constraint displays_made_by foreign key (created_by) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
