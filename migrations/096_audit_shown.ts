import type { Knex } from '../shared/db/connect.ts'

/**
 * Whom an answer with several patients showed, so that "who saw this patient" also finds searches and lists without
 * reading all of them. Made from the entries when they are sealed; what it says can be made again from them.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create table audit_shown (
    audit_id bigint unsigned not null,
    patient_id bigint unsigned not null,
    at datetime(3) not null,
    primary key (audit_id, patient_id),
    key audit_shown_patient (patient_id, at)
  ) engine=InnoDB`)
}
