import type { Knex } from '../shared/db/connect.ts'

/** Prepared notes: a doctor's own, or everybody's where `doctor_id` is null. A name stands once with its owner. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table note_templates (
    id bigint unsigned not null auto_increment primary key,
    doctor_id bigint unsigned null,
    owner bigint unsigned as (ifnull(doctor_id, 0)) persistent,
    name varchar(80) not null,
    subjective text not null,
    objective text not null,
    assessment text not null,
    plan text not null,
    created_by bigint unsigned not null,
    version int unsigned not null default 1,
    created_at datetime(3) not null,
    updated_at datetime(3) not null,
    unique key note_templates_name (owner, name),
    constraint note_templates_of foreign key (doctor_id) references doctors (id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci`)
}
