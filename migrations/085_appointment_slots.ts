import type { Knex } from '../shared/db/connect.ts'

/**
 * The five minutes that an appointment takes of a doctor, one row each: the key is what makes a clash impossible. They
 * go when it is cancelled or nobody came.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table appointment_slots (
    doctor_id bigint unsigned not null,
    slot_at datetime(3) not null,
    appointment_id bigint unsigned not null,
    primary key (doctor_id, slot_at),
    key appointment_slots_of (appointment_id),
    constraint appointment_slots_of foreign key (appointment_id) references appointments (id),
    constraint appointment_slots_with foreign key (doctor_id) references doctors (id)
  ) engine=InnoDB default charset=utf8mb4`)
}
