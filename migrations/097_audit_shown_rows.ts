import type { Knex } from '../shared/db/connect.ts'

/** Entries sealed before there was the table; those not sealed yet come in with their seal. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`insert ignore into audit_shown (audit_id, patient_id, at)
    select e.id, shown.patient_id, e.at from audit_sealed s
      join audit_entries e on e.id = s.audit_id
      join json_table(e.detail, '$.shown[*]' columns (patient_id bigint unsigned path '$')) shown
      where e.detail is not null and shown.patient_id is not null`)
}
