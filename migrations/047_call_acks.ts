import type { Knex } from '../shared/db/connect.ts'

/** Which screen showed and spoke which call, and when. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table call_acks (
    call_id bigint unsigned not null,
    display_id bigint unsigned not null,
    shown_at datetime(3) null,
    spoken_at datetime(3) null,
    primary key (call_id, display_id),
    constraint call_acks_of foreign key (call_id) references ticket_moves (id),
    constraint call_acks_by foreign key (display_id) references displays (id)
  ) engine=InnoDB default charset=utf8mb4`)
}
