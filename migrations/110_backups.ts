import type { Knex } from '../shared/db/connect.ts'

/**
 * Backups as they were made, what became of them and when each was last proven by a restore. The folder's manifest is
 * the truth about what is in one; this table is what people, health and retention look at. `checked_at` is the last
 * attempt to prove it, `proof_fault` and `offsite_fault` the code of what went wrong then.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table backups (
    id bigint unsigned not null auto_increment primary key,
    name varchar(60) character set ascii collate ascii_bin not null,
    operation_id char(36) character set ascii collate ascii_bin null,
    taken_at datetime(3) not null,
    bytes bigint unsigned not null,
    table_count int unsigned not null,
    row_total bigint unsigned not null,
    key_id varchar(16) character set ascii collate ascii_bin not null,
    proven_at datetime(3) null,
    checked_at datetime(3) null,
    proof_fault varchar(40) character set ascii null,
    offsite_at datetime(3) null,
    offsite_fault varchar(40) character set ascii null,
    removed_at datetime(3) null,
    unique key backups_name (name),
    key backups_proven (proven_at),
    key backups_present (removed_at, taken_at)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
