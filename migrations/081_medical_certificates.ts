import type { Knex } from '../shared/db/connect.ts'

/**
 * Sick leave certificates as they were issued: what stands on the paper is kept here, whatever becomes of patient and
 * doctor. `no` has no gaps. A row never changes but once, to void; `replaced_by` says what was issued instead.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table medical_certificates (
    id bigint unsigned not null auto_increment primary key,
    no int unsigned not null,
    number varchar(16) character set ascii collate ascii_bin not null,
    consultation_id bigint unsigned not null,
    visit_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    doctor_id bigint unsigned not null,
    patient_name varchar(255) not null,
    patient_id_number varchar(40) null,
    doctor_name varchar(255) not null,
    doctor_mmc varchar(12) character set ascii collate ascii_bin not null,
    from_on date not null,
    to_on date not null,
    issued_on date not null,
    issued_at datetime(3) not null,
    status varchar(8) character set ascii collate ascii_bin not null,
    void_reason varchar(200) null,
    voided_at datetime(3) null,
    voided_by bigint unsigned null,
    replaced_by bigint unsigned null,
    version int unsigned not null default 1,
    unique key certificates_no (no),
    unique key certificates_number (number),
    unique key certificates_replaced_by (replaced_by),
    key certificates_consultation (consultation_id),
    key certificates_patient (patient_id, id),
    key certificates_doctor (doctor_id, id),
    key certificates_issued (issued_on, id),
    constraint certificates_from foreign key (consultation_id) references consultations (id),
    constraint certificates_at foreign key (visit_id) references visits (id),
    constraint certificates_of foreign key (patient_id) references patients (id),
    constraint certificates_by foreign key (doctor_id) references doctors (id),
    constraint certificates_instead foreign key (replaced_by) references medical_certificates (id),
    constraint certificates_days check (to_on >= from_on)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
  await db('counters').insert({ name: 'certificate', value: 0 })
}
