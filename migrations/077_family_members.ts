import type { Knex } from '../shared/db/connect.ts'

/** Who belongs to a family, and as what; somebody may belong to several. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table family_members (
    id bigint unsigned not null auto_increment primary key,
    family_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    relation varchar(12) character set ascii not null,
    created_at datetime(3) not null,
    unique key family_members_once (family_id, patient_id),
    key family_members_patient (patient_id),
    constraint family_members_of foreign key (family_id) references families (id),
    constraint family_members_who foreign key (patient_id) references patients (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
