import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../testing/harness.ts'
import { patientReferences } from './references.ts'

/** Tables that name patients without a foreign key, with what keeps them right. */
const WITHOUT_KEY = new Set([
  // written and removed with the name
  'patient_words.patient_id',
  // what was done with whom is never changed
  'audit_entries.patient_id',
  'audit_shown.patient_id',
])
/** Columns of merges themselves. */
const OF_MERGES = new Set(['patient_merges.survivor_id', 'patient_merges.merged_id'])

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

it('every table that names a patient says so to the schema, by `patient_id` and a foreign key', async () => {
  const named = (await database
    .admin('information_schema.columns')
    .where({ table_schema: database.name })
    .where('column_name', 'like', '%patient\\_id')
    .select({ table: 'table_name', column: 'column_name' })) as { table: string; column: string }[]
  const keys = (await database
    .admin('information_schema.key_column_usage')
    .where({ table_schema: database.name, referenced_table_name: 'patients' })
    .select({ table: 'table_name', column: 'column_name' })) as { table: string; column: string }[]
  const text = ({ table, column }: { table: string; column: string }) => `${table}.${column}`
  const withKey = new Set(keys.map(text))
  // a column here refers to patients without a foreign key: a merge would leave its rows behind
  expect(named.map(text).filter((each) => !withKey.has(each) && !WITHOUT_KEY.has(each))).toEqual([])
  // a column here has another name: an import that is taken back would not see that the patient is used
  expect([...withKey].filter((each) => !/\.(\w+_)?patient_id$/.test(each) && !OF_MERGES.has(each))).toEqual(
    [],
  )
})

it('the application’s own account sees all of them, with the keys of their rows', async () => {
  const seen = await patientReferences(database.db)
  expect(seen).toEqual(await patientReferences(database.admin))
  const byName = new Map(seen.map((each) => [`${each.table}.${each.column}`, each]))
  expect(byName.get('visits.patient_id')).toMatchObject({ key: ['id'], isUnique: false, isRising: true })
  expect(byName.get('tickets.patient_id')).toMatchObject({ key: ['id'] })
  expect(seen.map(({ table }) => table)).not.toContain('patient_merges')
  // without a primary key beside the patient, rows could not be told apart
  expect(seen.filter(({ key, isUnique }) => key.length === 0 && !isUnique)).toEqual([])
})
