import type { Knex } from '../shared/db/connect.ts'

/**
 * The durable record of every heavy piece of work. A chunk's transaction writes rows, cursor, counts and checks
 * `fence` here; that is what makes a bulk job's effect exactly once.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table operations (
    no int unsigned not null auto_increment primary key,
    id char(36) character set ascii collate ascii_bin not null,
    type varchar(40) character set ascii not null,
    kind varchar(40) character set ascii null,
    status varchar(16) character set ascii not null,
    phase varchar(20) character set ascii null,
    params json not null,
    file_name varchar(255) null,
    file_bytes bigint unsigned null,
    file_sha256 char(64) character set ascii null,
    file_path varchar(255) null,
    result json null,
    error json null,
    note varchar(255) null,
    cursor_state json null,
    counts json null,
    processed bigint unsigned not null default 0,
    total bigint unsigned null,
    percent decimal(5,2) not null default 0,
    rate_per_second double null,
    enqueues int unsigned not null default 0,
    fence int unsigned not null default 0,
    attempts int unsigned not null default 0,
    barren_starts int unsigned not null default 0,
    worker varchar(60) character set ascii null,
    heartbeat_at datetime(3) null,
    cancel_requested_at datetime(3) null,
    created_by bigint unsigned null,
    created_at datetime(3) not null,
    started_at datetime(3) null,
    finished_at datetime(3) null,
    version int unsigned not null default 1,
    unique key operations_id (id),
    key operations_status (status, heartbeat_at),
    key operations_created_by (created_by, no),
    key operations_file (file_sha256, type)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
