import type { Knex } from '../shared/db/connect.ts'

/** Rows that taking an import back left as they are, because somebody changed or used them since. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table import_kept (
    operation_no int unsigned not null,
    kind varchar(40) character set ascii not null,
    row_id bigint unsigned not null,
    reason varchar(20) character set ascii not null,
    primary key (operation_no, kind, row_id)
  ) engine=InnoDB`)
}
