import type { Knex } from '../shared/db/connect.ts'

/**
 * What is to be done when. `slot_at` is the last slot that was taken (UTC): whoever raises it in the transaction that
 * writes the operation down has the slot, so a slot runs once however many workers look, and a missed one once too.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table schedules (
    name varchar(40) character set ascii collate ascii_bin not null primary key,
    every varchar(8) character set ascii not null,
    at_time char(5) character set ascii not null,
    weekday tinyint unsigned null,
    month_day tinyint unsigned null,
    enabled tinyint(1) not null default 1,
    slot_at datetime(3) not null,
    last_operation char(36) character set ascii collate ascii_bin null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
