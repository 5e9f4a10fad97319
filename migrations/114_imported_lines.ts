import type { Knex } from '../shared/db/connect.ts'

/** Medicines that were handed over on imported visits, as the import brought them; stock knows nothing of them. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table imported_lines (
    id bigint unsigned not null primary key,
    source varchar(40) character set ascii collate ascii_bin not null,
    external_id varchar(80) collate utf8mb4_bin not null,
    visit_external_id varchar(80) collate utf8mb4_bin not null,
    imported_visit_id bigint unsigned not null,
    medication_sku varchar(40) collate utf8mb4_bin not null,
    medication_id bigint unsigned not null,
    quantity smallint unsigned not null,
    unit_price_sen int unsigned not null,
    line_total_sen int unsigned not null,
    dosage varchar(200) null,
    frequency varchar(80) null,
    duration_days smallint unsigned null,
    import_no int unsigned not null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    unique key imported_lines_external_id (source, external_id),
    key imported_lines_import_no (import_no),
    key imported_lines_visit (imported_visit_id),
    key imported_lines_medication (medication_id),
    constraint imported_lines_visit foreign key (imported_visit_id) references imported_visits (id),
    constraint imported_lines_what foreign key (medication_id) references medications (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
