import type { Knex } from '../shared/db/connect.ts'

/** Medicines that the clinic prescribes and dispenses; prices in RM. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table medications (
    id bigint unsigned not null auto_increment primary key,
    sku varchar(40) collate utf8mb4_bin not null,
    generic_name varchar(200) not null,
    brand_name varchar(200) null,
    form varchar(60) null,
    strength varchar(80) null,
    unit varchar(40) not null,
    category varchar(80) null,
    atc_code varchar(10) character set ascii null,
    poison_group varchar(10) character set ascii null,
    cost_price decimal(10,2) null,
    selling_price decimal(10,2) not null,
    active tinyint(1) not null default 1,
    version int unsigned not null default 1,
    unique key medications_sku (sku)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
