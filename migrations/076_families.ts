import type { Knex } from '../shared/db/connect.ts'

/** People who belong together and often come together. `created_at` is also that of the tickets they were given first. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table families (
    id bigint unsigned not null auto_increment primary key,
    name varchar(120) not null,
    created_by bigint unsigned null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    deleted_at datetime(3) null,
    constraint families_made_by foreign key (created_by) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
