import type { Knex } from '../shared/db/connect.ts'

/**
 * Pairs of records that may be of one person: one that an import made, and one that was there before or stands earlier
 * in the same file. What became of a pair stays with it; a pair goes when the import that made its record is taken back.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table import_duplicates (
    id bigint unsigned not null auto_increment primary key,
    operation_no int unsigned not null,
    imported_patient_id bigint unsigned not null,
    other_patient_id bigint unsigned not null,
    score tinyint unsigned not null,
    reasons varchar(80) character set ascii not null,
    status varchar(10) character set ascii not null default 'open',
    decision varchar(10) character set ascii null,
    stays varchar(10) character set ascii null,
    imported_version int unsigned null,
    other_version int unsigned null,
    refusal varchar(40) character set ascii null,
    merge_id bigint unsigned null,
    decided_by bigint unsigned null,
    decided_at datetime(3) null,
    unique key import_duplicates_pair (operation_no, imported_patient_id, other_patient_id),
    key import_duplicates_status (operation_no, status, score),
    key import_duplicates_score (operation_no, score),
    constraint import_duplicates_imported foreign key (imported_patient_id) references patients (id) on delete cascade,
    constraint import_duplicates_other foreign key (other_patient_id) references patients (id) on delete cascade
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
