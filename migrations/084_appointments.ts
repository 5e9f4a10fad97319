import type { Knex } from '../shared/db/connect.ts'

/** Times that were agreed upon with patients. `start_at` is UTC, on a multiple of five minutes. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table appointments (
    id bigint unsigned not null auto_increment primary key,
    doctor_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    start_at datetime(3) not null,
    minutes smallint unsigned not null,
    reason varchar(200) null,
    status varchar(10) character set ascii collate ascii_bin not null,
    status_reason varchar(200) null,
    status_at datetime(3) not null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    key appointments_doctor (doctor_id, start_at),
    key appointments_start (start_at),
    key appointments_patient (patient_id, start_at),
    constraint appointments_with foreign key (doctor_id) references doctors (id),
    constraint appointments_of foreign key (patient_id) references patients (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
