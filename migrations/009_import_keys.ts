import type { Knex } from '../shared/db/connect.ts'

/**
 * Keys that a file may hold more than once and that a row of it has already claimed, so that the first accepted row
 * in file order keeps a key without any memory that grows with the file. Emptied when the import ends.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table import_keys (
    operation_no int unsigned not null,
    key_text varchar(90) collate utf8mb4_bin not null,
    row_no bigint unsigned not null,
    primary key (operation_no, key_text)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin`)
}
