import type { Knex } from '../shared/db/connect.ts'

/** What else of a person a clinic keeps: lasting illnesses, what happened before, whom to call, and the consent. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table patients
    add column chronic_conditions varchar(1000) null after allergies,
    add column medical_history varchar(2000) null after chronic_conditions,
    add column next_of_kin varchar(300) null after medical_history,
    add column consent_on date null after next_of_kin`)
}
