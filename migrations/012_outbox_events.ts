import type { Knex } from '../shared/db/connect.ts'

/** Events written in the transaction of their cause and published to the stream after it; rows go when published. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table outbox_events (
    id bigint unsigned not null auto_increment primary key,
    topic varchar(40) character set ascii not null,
    type varchar(60) character set ascii not null,
    body json not null,
    created_at datetime(3) not null default current_timestamp(3)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
