import type { Knex } from '../../shared/db/connect.ts'
import type { Reference } from '../../shared/patients/references.ts'

interface Column {
  name: string
  type: string
  length: number | null
}

let serial = 100

/** Some value that a column takes, unlike every other. */
function someValue({ name, type, length }: Column): string | number {
  serial++
  if (name === 'status') return 'completed'.slice(0, Number(length))
  if (/json|text/.test(type)) return '{}'
  if (type === 'date') return '2026-01-02'
  if (/datetime|timestamp/.test(type)) return '2026-01-02 03:04:05.000'
  if (type === 'tinyint') return 1
  if (/int|decimal|double|float/.test(type)) return serial
  return String(serial).slice(-Math.max(1, Number(length)))
}

/**
 * Puts a row into any table that refers to patients, whatever else it refers to: columns that must have a value get
 * one. New tables come under test without a line here.
 */
export async function fillReference(
  admin: Knex,
  { table, column }: Reference,
  patientId: string,
): Promise<void> {
  const columns = (await admin('information_schema.columns')
    .whereRaw('table_schema = database()')
    .where({ table_name: table, is_nullable: 'NO', extra: '' })
    .whereNull('column_default')
    .select({ name: 'column_name', type: 'data_type', length: 'character_maximum_length' })) as Column[]
  const row = Object.fromEntries(columns.map((each) => [each.name, someValue(each)]))
  await admin.transaction(async (trx) => {
    await trx.raw('set foreign_key_checks = 0')
    await trx(table).insert({ ...row, [column]: patientId })
    await trx.raw('set foreign_key_checks = 1')
  })
}

/** What happens beside the records: their trail, what is on its way, who is signed in. */
const BESIDE =
  /^(audit_|patient_merge|knex_|figure_deltas|outbox_events|cache_invalidations|idempotency_keys)/

/** Everything in the database, row by row, but for the trail of what was done. Versions only ever rise. */
export async function wholeContents(admin: Knex): Promise<Record<string, string[]>> {
  const tables = (await admin('information_schema.tables')
    .whereRaw('table_schema = database()')
    .where({ table_type: 'BASE TABLE' })
    .pluck('table_name')) as string[]
  const found: Record<string, string[]> = {}
  for (const table of tables.filter((each) => !BESIDE.test(each)).sort()) {
    const rows = (await admin(table).select('*')) as Record<string, unknown>[]
    if (table === 'patients')
      for (const row of rows) {
        delete row.version
        delete row.updated_at
      }
    found[table] = rows.map((row) => JSON.stringify(row)).sort()
  }
  return found
}
