import type { Knex } from '../shared/db/connect.ts'

/** Settings that the clinic has changed; what is not here has the default of its definition in the code. `value` is JSON text. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table settings (
    name varchar(60) character set ascii collate ascii_bin not null primary key,
    value text not null,
    version int unsigned not null default 1,
    updated_at datetime(3) not null,
    updated_by bigint unsigned null,
    constraint settings_changed_by foreign key (updated_by) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
