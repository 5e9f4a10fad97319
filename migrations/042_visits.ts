import type { Knex } from '../shared/db/connect.ts'

/**
 * One coming of one patient: what consultation and bill hang on. Those who came together share `group_uid` and one
 * ticket.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table visits (
    id bigint unsigned not null auto_increment primary key,
    patient_id bigint unsigned not null,
    visited_on date not null,
    doctor_id bigint unsigned null,
    group_uid char(36) character set ascii collate ascii_bin null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    key visits_patient (patient_id, visited_on),
    key visits_group (group_uid),
    key visits_day (visited_on, doctor_id),
    constraint visits_of foreign key (patient_id) references patients (id),
    constraint visits_seen_by foreign key (doctor_id) references doctors (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
