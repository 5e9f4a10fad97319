import type { Knex } from '../shared/db/connect.ts'

/** Doctors of the clinic. `user_id` links who signs in; MMC and APC number stand on documents, so they are never made up. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table doctors (
    id bigint unsigned not null auto_increment primary key,
    user_id bigint unsigned null,
    code varchar(10) character set ascii collate ascii_bin not null,
    name varchar(255) not null,
    specialty varchar(120) null,
    mmc_number varchar(12) character set ascii collate ascii_bin null,
    apc_number varchar(20) character set ascii collate ascii_bin null,
    room varchar(20) null,
    working_hours json not null,
    active tinyint(1) not null default 1,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    unique key doctors_code (code),
    unique key doctors_user (user_id),
    unique key doctors_mmc_number (mmc_number),
    constraint doctors_signs_in foreign key (user_id) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
