import type { Knex } from '../shared/db/connect.ts'

/** The column mapping last used for a kind and a set of headers, offered again when such a file comes back. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table import_mappings (
    id bigint unsigned not null auto_increment primary key,
    kind varchar(40) character set ascii not null,
    source varchar(40) character set ascii collate ascii_bin not null,
    header_sha256 char(64) character set ascii not null,
    header json not null,
    mapping json not null,
    strictness varchar(10) character set ascii not null,
    used_by bigint unsigned null,
    used_at datetime(3) not null,
    unique key import_mappings_header (kind, header_sha256)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
