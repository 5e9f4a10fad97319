import type { Knex } from '../shared/db/connect.ts'

/**
 * Money that another system took for imported visits. Receipt numbers are text as that system wrote them, unique in
 * their source: they never meet the clinic's own, which run without gaps in `payments`.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table imported_payments (
    id bigint unsigned not null primary key,
    source varchar(40) character set ascii collate ascii_bin not null,
    external_id varchar(80) collate utf8mb4_bin not null,
    visit_external_id varchar(80) collate utf8mb4_bin not null,
    imported_visit_id bigint unsigned not null,
    paid_at datetime(3) not null,
    paid_on date not null,
    amount_sen int unsigned not null,
    method varchar(8) character set ascii collate ascii_bin not null,
    receipt_number varchar(40) collate utf8mb4_bin null,
    status varchar(8) character set ascii collate ascii_bin not null,
    remarks varchar(2000) null,
    import_no int unsigned not null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    unique key imported_payments_external_id (source, external_id),
    unique key imported_payments_receipt (source, receipt_number),
    key imported_payments_import_no (import_no),
    key imported_payments_visit (imported_visit_id),
    key imported_payments_day (paid_on, method),
    constraint imported_payments_visit foreign key (imported_visit_id) references imported_visits (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
