import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { type ImportRig, importRig } from '../testing.ts'

const data = (name: string) => {
  const bytes = readFileSync(fileURLToPath(new URL(`../../../shared/testing/data/${name}`, import.meta.url)))
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes
}
const LENIENT = { strictness: 'lenient' }

let deps: TestDeps
let rig: ImportRig
beforeAll(async () => {
  deps = await testDeps()
  rig = importRig(deps)
})
beforeEach(() => deps.emptyTables())
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const taken = async (kind: string, name: string) => {
  const done = await rig.import({ text: data(name) }, LENIENT, kind)
  expect(done.error).toBeNull()
  const { read = 0, inserted = 0, rejected = 0 } = done.counts ?? {}
  return { read, inserted, rejected }
}

it('patients, encounters and conditions of Synthea come in by their own headers', async () => {
  expect(await taken('patients', 'synthea/patients.csv')).toEqual({ read: 27, inserted: 27, rejected: 0 })
  expect(await taken('visits', 'synthea/encounters.csv.gz')).toEqual({
    ...{ read: 604, inserted: 604, rejected: 0 },
  })
  expect(await taken('conditions', 'synthea/conditions.csv.gz')).toEqual({
    ...{ read: 438, inserted: 438, rejected: 0 },
  })
  const visit = await deps.db('imported_visits').whereNotNull('diagnosis_text').first('*')
  expect(visit.symptoms).toMatch(/[a-z]/)
  // what is no ICD-10 code, and money of another country, is left out
  expect(visit).toMatchObject({ diagnosis_code: null, total_sen: 0, status: 'completed' })
  const condition = await deps.db('imported_conditions').first('*')
  expect(condition.external_id).toMatch(/^[0-9a-f-]{36} \d+$/)
  expect(condition.text).toMatch(/[a-z]/)
})

it('patients and visits of an OpenMRS clinic come in by their own headers', async () => {
  expect(await taken('patients', 'openmrs/patients.csv')).toEqual({ read: 299, inserted: 299, rejected: 0 })
  const visits = await taken('visits', 'openmrs/visits.csv.gz')
  const before = await deps.db('operation_errors').distinct('first_code').pluck('first_code')
  // some began before their patient was born
  expect(before.every((code: string) => code === 'VISIT_BEFORE_BIRTH')).toBe(true)
  expect(visits.inserted + visits.rejected).toBe(1500)
  expect(visits.inserted).toBeGreaterThan(1400)
})
