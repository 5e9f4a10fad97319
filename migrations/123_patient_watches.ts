import type { Knex } from '../shared/db/connect.ts'

/** Records at which every look is reported to whoever answers for the clinic: staff, neighbours, known people. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table patient_watches (
    patient_id bigint unsigned not null primary key,
    reason varchar(200) not null,
    since datetime(3) not null,
    by_user_id bigint unsigned null,
    constraint patient_watches_of foreign key (patient_id) references patients (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
