import type { Knex } from '../shared/db/connect.ts'

/**
 * Companies and insurers that pay for their people. What one pays of a bill: `percent_bp` (hundredths of a percent) of
 * what is left of the total after the patient's `copay_sen`, at most `visit_cap_sen` a visit and `year_limit_sen` a
 * patient and calendar year. Money in sen.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table panels (
    id bigint unsigned not null auto_increment primary key,
    code varchar(20) character set ascii collate ascii_bin not null,
    name varchar(200) not null,
    kind varchar(10) character set ascii not null,
    address varchar(500) null,
    contact varchar(200) null,
    percent_bp int unsigned not null,
    copay_sen int unsigned not null,
    visit_cap_sen int unsigned null,
    year_limit_sen int unsigned null,
    active tinyint(1) not null default 1,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    unique key panels_code (code)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
