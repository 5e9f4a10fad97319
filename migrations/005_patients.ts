import type { Knex } from '../shared/db/connect.ts'

/**
 * People. Ids come from the counter `patient`, not from AUTO_INCREMENT: an import knows them before it writes, and
 * no bulk statement holds the table's auto-increment lock while the front desk registers.
 * The clinic number is the id (`P-000123`). `import_no` names the import that made the row, `touched_by_import_no`
 * the last one that wrote it. The reversed columns serve searches by the last digits.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table patients (
    id bigint unsigned not null primary key,
    source varchar(40) character set ascii collate ascii_bin null,
    external_id varchar(80) collate utf8mb4_bin null,
    name varchar(255) not null,
    id_type varchar(12) character set ascii null,
    id_number varchar(40) character set ascii collate ascii_bin null,
    id_number_reversed varchar(40) character set ascii collate ascii_bin as (reverse(id_number)) virtual,
    date_of_birth date null,
    gender char(1) character set ascii null,
    phone varchar(20) character set ascii collate ascii_bin null,
    phone_reversed varchar(20) character set ascii collate ascii_bin as (reverse(phone)) virtual,
    email varchar(254) null,
    address varchar(500) null,
    postcode varchar(12) character set ascii null,
    state varchar(60) null,
    company varchar(200) null,
    allergies varchar(1000) null,
    remarks varchar(2000) null,
    registered_on date null,
    import_no int unsigned null,
    touched_by_import_no int unsigned null,
    version int unsigned not null default 1,
    created_at datetime(3) not null default current_timestamp(3),
    updated_at datetime(3) not null default current_timestamp(3),
    deleted_at datetime(3) null,
    unique key patients_external_id (source, external_id),
    unique key patients_id_number (id_number, id_type),
    key patients_id_number_reversed (id_number_reversed),
    key patients_phone (phone),
    key patients_phone_reversed (phone_reversed)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
