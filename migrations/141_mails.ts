import type { Knex } from '../shared/db/connect.ts'

/**
 * Letters that wait to be sent, written in the transaction of what they tell of. Whoever raises `due_at` of a waiting one
 * has it until then, so a worker that dies with a letter in its hand loses none.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table mails (
    id bigint unsigned not null auto_increment primary key,
    operation_id char(36) character set ascii collate ascii_bin not null,
    title varchar(120) not null,
    language char(2) character set ascii not null,
    recipients json not null,
    attach tinyint(1) not null,
    status varchar(8) character set ascii not null default 'waiting',
    tries int unsigned not null default 0,
    due_at datetime(3) not null,
    fault varchar(24) character set ascii null,
    created_at datetime(3) not null,
    ended_at datetime(3) null,
    unique key mails_operation (operation_id),
    key mails_due (status, due_at)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
