import type { Knex } from '../shared/db/connect.ts'

/** The ticket that an appointment's arrival made: how the queue goes on is followed through it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table appointments
    add column ticket_id bigint unsigned null after status_at,
    add unique key appointments_ticket (ticket_id),
    add constraint appointments_as foreign key (ticket_id) references tickets (id) on delete set null`)
}
