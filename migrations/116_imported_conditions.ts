import type { Knex } from '../shared/db/connect.ts'

/** Conditions of patients as another system kept them, apart from any visit. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table imported_conditions (
    id bigint unsigned not null primary key,
    source varchar(40) character set ascii collate ascii_bin not null,
    external_id varchar(80) collate utf8mb4_bin not null,
    patient_id bigint unsigned not null,
    recorded_on date not null,
    code varchar(8) character set ascii collate ascii_bin null,
    text varchar(255) null,
    status varchar(40) null,
    import_no int unsigned not null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    unique key imported_conditions_external_id (source, external_id),
    key imported_conditions_import_no (import_no),
    key imported_conditions_patient (patient_id, recorded_on),
    constraint imported_conditions_of foreign key (patient_id) references patients (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
