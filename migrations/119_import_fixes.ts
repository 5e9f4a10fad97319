import type { Knex } from '../shared/db/connect.ts'

/**
 * What was done about refused rows of an import, in order: each is carried out once, as part of the import. `request`
 * says which rows and how (it may hold what people typed); `counts` what became of them.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table import_fixes (
    operation_no int unsigned not null,
    fix_no int unsigned not null,
    state varchar(10) character set ascii not null default 'waiting',
    request json not null,
    file_path varchar(255) null,
    counts json null,
    note varchar(255) null,
    made_by bigint unsigned null,
    made_at datetime(3) not null,
    done_at datetime(3) null,
    primary key (operation_no, fix_no),
    key import_fixes_file (file_path)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
