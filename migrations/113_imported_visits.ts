import type { Knex } from '../shared/db/connect.ts'

/**
 * Visits of another system as an import brought them, row for row: history, which has no ticket and no number of ours.
 * `visits.imported_id` leads from the visit that histories and reports read to this row. `paid_sen` is what imported
 * payments have paid of it. Ids come from the counter `imported`, so that a piece knows them before it is written.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table imported_visits (
    id bigint unsigned not null primary key,
    source varchar(40) character set ascii collate ascii_bin not null,
    external_id varchar(80) collate utf8mb4_bin not null,
    patient_external_id varchar(80) collate utf8mb4_bin not null,
    visit_at datetime(3) not null,
    visited_on date not null,
    doctor_code varchar(10) character set ascii collate ascii_bin null,
    queue_number varchar(20) null,
    status varchar(10) character set ascii collate ascii_bin not null,
    symptoms varchar(2000) null,
    diagnosis_code varchar(8) character set ascii collate ascii_bin null,
    diagnosis_text varchar(255) null,
    consultation_sen int unsigned not null,
    medicine_sen int unsigned not null,
    total_sen int unsigned not null,
    paid_sen int unsigned not null default 0,
    mc_days tinyint unsigned not null,
    mc_start date null,
    notes varchar(4000) null,
    import_no int unsigned not null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    unique key imported_visits_external_id (source, external_id),
    key imported_visits_import_no (import_no),
    key imported_visits_day (visited_on),
    key imported_visits_certified (mc_start)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
  await db.raw(`alter table visits
    add column imported_id bigint unsigned null,
    add unique key visits_imported (imported_id),
    add constraint visits_imported foreign key (imported_id) references imported_visits (id)`)
  await db('counters').insert({ name: 'imported', value: 0 })
}
