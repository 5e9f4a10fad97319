import type { Knex } from '../shared/db/connect.ts'

/**
 * The shelf of files that exports and reports have made. A row outlives its file, so that a download after the expiry
 * is told apart from one that never was. `reuse_key` names the question that a report answers, with the state of the
 * data it was asked in.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table result_files (
    id bigint unsigned not null auto_increment primary key,
    operation_id char(36) character set ascii collate ascii_bin not null,
    path varchar(80) character set ascii collate ascii_bin not null,
    name varchar(120) character set ascii not null,
    content_type varchar(120) character set ascii not null,
    bytes bigint unsigned not null,
    sha256 char(64) character set ascii collate ascii_bin not null,
    row_count bigint unsigned not null,
    reuse_key char(64) character set ascii collate ascii_bin null,
    created_by bigint unsigned null,
    created_at datetime(3) not null,
    expires_at datetime(3) not null,
    removed_at datetime(3) null,
    removed_by bigint unsigned null,
    unique key result_files_operation (operation_id),
    unique key result_files_path (path),
    key result_files_expiry (removed_at, expires_at),
    key result_files_owner (created_by, id),
    key result_files_reuse (reuse_key, id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
