import type { Knex } from '../shared/db/connect.ts'

/** Who did what, when, to which patient. Append-only: the application account may not update or delete here. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table audit_entries (
    id bigint unsigned not null auto_increment primary key,
    uid char(36) character set ascii collate ascii_bin not null,
    at datetime(3) not null,
    user_id bigint unsigned null,
    username varchar(60) character set ascii null,
    role varchar(20) character set ascii null,
    action varchar(60) character set ascii not null,
    entity varchar(40) character set ascii null,
    entity_id varchar(40) character set ascii null,
    patient_id bigint unsigned null,
    outcome varchar(12) character set ascii not null,
    address varchar(45) character set ascii null,
    request_id varchar(40) character set ascii null,
    detail json null,
    unique key audit_entries_uid (uid),
    key audit_entries_patient (patient_id, at),
    key audit_entries_user (user_id, at)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
