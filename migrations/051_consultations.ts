import type { Knex } from '../shared/db/connect.ts'

/**
 * What a doctor found and did on a visit, one row a visit, as it is now; how it was stands in
 * `consultation_versions`. `day` is the visit's. Vitals and procedures are JSON texts, money in them is sen.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table consultations (
    id bigint unsigned not null auto_increment primary key,
    visit_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    doctor_id bigint unsigned not null,
    day date not null,
    status varchar(8) character set ascii not null,
    vitals text not null,
    subjective text not null,
    objective text not null,
    assessment text not null,
    plan text not null,
    follow_up_on date null,
    follow_up_note varchar(200) null,
    fee_sen int unsigned null,
    procedures text not null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    signed_at datetime(3) null,
    amended_at datetime(3) null,
    unique key consultations_visit (visit_id),
    key consultations_day (day, id),
    key consultations_by (doctor_id, day, id),
    key consultations_patient (patient_id, id),
    constraint consultations_visit foreign key (visit_id) references visits (id),
    constraint consultations_of foreign key (patient_id) references patients (id),
    constraint consultations_by foreign key (doctor_id) references doctors (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
