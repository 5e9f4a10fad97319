import type { Knex } from '../shared/db/connect.ts'

/**
 * Which rows a merge has moved: table, the column that names the patient, and the rest of the row's primary key as
 * JSON. Exactly these go back when it is undone.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table patient_merge_rows (
    merge_id bigint unsigned not null,
    table_name varchar(64) character set ascii collate ascii_bin not null,
    column_name varchar(64) character set ascii collate ascii_bin not null,
    row_key varchar(190) character set ascii collate ascii_bin not null,
    primary key (merge_id, table_name, column_name, row_key),
    constraint patient_merge_rows_of foreign key (merge_id) references patient_merges (id)
  ) engine=InnoDB default charset=utf8mb4`)
}
