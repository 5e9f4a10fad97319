import type { Knex } from '../shared/db/connect.ts'

/**
 * Pictures of doctors' signatures, each kept as it was: a paper names the one it was issued under, whatever the doctor
 * signs with later. `content` is base64.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table doctor_signatures (
    id bigint unsigned not null auto_increment primary key,
    doctor_id bigint unsigned not null,
    media_type varchar(20) character set ascii not null,
    content mediumtext character set ascii collate ascii_bin not null,
    created_at datetime(3) not null,
    created_by bigint unsigned null,
    key doctor_signatures_of (doctor_id),
    constraint doctor_signatures_of foreign key (doctor_id) references doctors (id) on delete cascade
  ) engine=InnoDB default charset=utf8mb4`)
  for (const table of ['doctors', 'medical_certificates', 'letters'])
    await db.raw(
      `alter table ?? add column signature_id bigint unsigned null,
        add constraint ?? foreign key (signature_id) references doctor_signatures (id) on delete set null`,
      [table, `${table}_signed_with`],
    )
}
