import type { Knex } from '../shared/db/connect.ts'

/**
 * Reports that are made by themselves: the question beside its row in `schedules`, under the same name. It is asked with
 * the rights that its owner has at that moment.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table report_schedules (
    name varchar(40) character set ascii collate ascii_bin not null primary key,
    title varchar(120) not null,
    report varchar(40) character set ascii collate ascii_bin not null,
    params json not null,
    period varchar(12) character set ascii not null,
    format varchar(8) character set ascii not null,
    language char(2) character set ascii not null,
    recipients json not null,
    attach tinyint(1) not null default 0,
    owner_id bigint unsigned not null,
    key report_schedules_owner (owner_id),
    constraint report_schedules_of foreign key (name) references schedules (name) on delete cascade,
    constraint report_schedules_owner foreign key (owner_id) references users (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
