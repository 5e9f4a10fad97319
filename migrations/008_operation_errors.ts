import type { Knex } from '../shared/db/connect.ts'

/** Refused rows of an import, written in the transaction of their chunk: the file's cells and what is wrong with them. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table operation_errors (
    operation_no int unsigned not null,
    row_no bigint unsigned not null,
    line_no bigint unsigned not null,
    first_code varchar(40) character set ascii not null,
    problems json not null,
    cells json not null,
    primary key (operation_no, row_no),
    key operation_errors_code (operation_no, first_code)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
