import type { Knex } from '../shared/db/connect.ts'

/**
 * Every change of a ticket, one row for each version after the first. `before` is the JSON of what it changed, for
 * undo. A row of kind `call` or `recall` is what screens acknowledge.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table ticket_moves (
    id bigint unsigned not null auto_increment primary key,
    ticket_id bigint unsigned not null,
    version int unsigned not null,
    kind varchar(12) character set ascii not null,
    from_status varchar(16) character set ascii not null,
    to_status varchar(16) character set ascii not null,
    room varchar(20) null,
    reason varchar(200) null,
    before_json text not null,
    user_id bigint unsigned null,
    at datetime(3) not null,
    unique key ticket_moves_version (ticket_id, version),
    constraint ticket_moves_of foreign key (ticket_id) references tickets (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
