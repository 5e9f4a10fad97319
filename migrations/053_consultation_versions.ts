import type { Knex } from '../shared/db/connect.ts'

/**
 * Each state of a consultation that was signed, amended or handed over to another doctor, whole, as JSON. Rows are
 * added and never changed.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table consultation_versions (
    id bigint unsigned not null auto_increment primary key,
    consultation_id bigint unsigned not null,
    version int unsigned not null,
    kind varchar(12) character set ascii not null,
    doctor_id bigint unsigned not null,
    user_id bigint unsigned not null,
    reason varchar(500) null,
    content mediumtext not null,
    at datetime(3) not null,
    unique key consultation_versions_version (consultation_id, version),
    constraint consultation_versions_of foreign key (consultation_id) references consultations (id),
    constraint consultation_versions_doctor foreign key (doctor_id) references doctors (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
