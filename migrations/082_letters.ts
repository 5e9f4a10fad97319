import type { Knex } from '../shared/db/connect.ts'

/**
 * Referral letters and time slips as they were issued: the text itself is kept, whatever becomes of its template. A row
 * never changes.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table letters (
    id bigint unsigned not null auto_increment primary key,
    kind varchar(12) character set ascii collate ascii_bin not null,
    language char(2) character set ascii collate ascii_bin not null,
    consultation_id bigint unsigned not null,
    visit_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    doctor_id bigint unsigned not null,
    patient_name varchar(255) not null,
    doctor_name varchar(255) not null,
    doctor_mmc varchar(12) character set ascii collate ascii_bin not null,
    recipient varchar(200) null,
    body text not null,
    issued_on date not null,
    issued_at datetime(3) not null,
    key letters_consultation (consultation_id),
    key letters_patient (patient_id, id),
    constraint letters_from foreign key (consultation_id) references consultations (id),
    constraint letters_at foreign key (visit_id) references visits (id),
    constraint letters_of foreign key (patient_id) references patients (id),
    constraint letters_by foreign key (doctor_id) references doctors (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
