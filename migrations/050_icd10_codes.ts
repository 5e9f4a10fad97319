import type { Knex } from '../shared/db/connect.ts'

/** Diagnoses by code: what doctors choose from. A code that is no longer `active` stays, because old notes name it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table icd10_codes (
    id bigint unsigned not null auto_increment primary key,
    code varchar(8) character set ascii collate ascii_bin not null,
    title varchar(255) not null,
    active tinyint(1) not null default 1,
    version int unsigned not null default 1,
    unique key icd10_codes_code (code)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
