import type { Knex } from '../shared/db/connect.ts'

/** Two records that look alike and were found to be of two people, so that nobody is asked again. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table patient_distinctions (
    low_patient_id bigint unsigned not null,
    high_patient_id bigint unsigned not null,
    decided_by bigint unsigned null,
    decided_at datetime(3) not null,
    primary key (low_patient_id, high_patient_id),
    constraint patient_distinctions_low foreign key (low_patient_id) references patients (id) on delete cascade,
    constraint patient_distinctions_high foreign key (high_patient_id) references patients (id) on delete cascade
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
