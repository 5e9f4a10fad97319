import type { Knex } from '../../shared/db/connect.ts'

const EMPTIED = [
  'patients',
  'patient_words',
  'operations',
  'operation_errors',
  'import_keys',
  'import_changes',
]

/** Leaves nothing of the imports before, so that each run begins alike. */
export async function emptyPatients(admin: Knex): Promise<void> {
  await admin.transaction(async (trx) => {
    await trx.raw('set foreign_key_checks = 0')
    for (const table of EMPTIED) await trx.raw('truncate table ??', [table])
    await trx.raw('set foreign_key_checks = 1')
  })
  await admin('counters').where({ name: 'patient' }).update({ value: 0 })
}
