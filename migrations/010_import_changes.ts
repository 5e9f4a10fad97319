import type { Knex } from '../shared/db/connect.ts'

/** What an import overwrote: the fields before, by row, written in the transaction that changed them. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table import_changes (
    operation_no int unsigned not null,
    kind varchar(40) character set ascii not null,
    row_id bigint unsigned not null,
    version_after int unsigned not null,
    fields_before json not null,
    primary key (operation_no, kind, row_id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
