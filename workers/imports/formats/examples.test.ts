import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IMPORT_KINDS } from '../../../shared/imports/kinds.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { ensureBuilt } from '../../../shared/testing/launcher.ts'
import { type ImportRig, importRig } from '../testing.ts'

const data = (name: string) =>
  fileURLToPath(new URL(`../../../shared/testing/data/import-examples/${name}`, import.meta.url))

interface Answer {
  file: string
  data_row: string
  line: string
  verdict: string
  reason: string
}

const FOLDERS = {
  xlsx: {
    patients: 'patients.xlsx',
    visits: 'visits.xlsx',
    prescriptions: 'prescriptions.xlsx',
    payments: 'payments.xlsx',
  },
  ndjson: { patients: 'Patient.ndjson', visits: 'Encounter.ndjson' },
}
const MASTER_DATA = ['doctors', 'medications', 'icd10']

let deps: TestDeps
let rig: ImportRig
beforeAll(async () => {
  await ensureBuilt()
  deps = await testDeps()
  rig = importRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const answersOf = (folder: string, file: string): Answer[] =>
  (parse(readFileSync(data(`${folder}/answers.csv`)), { columns: true, bom: true }) as Answer[])
    .filter((answer) => answer.file === file && answer.verdict === 'reject')
    .sort((a, b) => Number(a.data_row) - Number(b.data_row))

describe.each(Object.entries(FOLDERS))('the examples of %s', (folder, files) => {
  beforeAll(async () => {
    await deps.emptyTables()
    for (const kind of MASTER_DATA.filter((each) => Object.hasOwn(IMPORT_KINDS, each)))
      expect((await rig.import(data(`${folder}/${kind}.csv`), {}, kind)).error).toBeNull()
  })

  // in the order in which they refer to each other
  const known = Object.entries(files).filter(([kind]) => Object.hasOwn(IMPORT_KINDS, kind))
  it.each(known)('%s are taken or refused row for row as the answers say', async (kind, file) => {
    const done = await rig.import(data(`${folder}/${file}`), {}, kind)
    expect(done.error).toBeNull()
    const answers = answersOf(folder, file)
    const refused = await deps.db('operation_errors').where({ operation_no: done.no }).orderBy('row_no')
    expect(refused.map((row) => [Number(row.row_no), Number(row.line_no)])).toEqual(
      answers.map((answer) => [Number(answer.data_row), Number(answer.line)]),
    )
    for (const [i, answer] of answers.entries()) {
      const codes = refused[i].problems.map(({ code }: { code: string }) => code)
      expect(codes, `row ${answer.data_row}`).toContain(answer.reason)
    }
    const { rows, accepted, rejected } = JSON.parse(readFileSync(data(`${folder}/summary.json`), 'utf8'))
      .files[kind]
    expect(done.counts).toMatchObject({ read: rows, inserted: accepted, rejected })
  })

  it('patients are held as the samples say', async () => {
    const samples = readFileSync(data(`${folder}/canonical-samples.ndjson`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .filter((sample) => sample.file === files.patients)
    expect(samples.length).toBeGreaterThan(50)
    for (const { record } of samples) {
      const row = await deps.db('patients').where({ external_id: record.external_id }).first()
      const held = Object.fromEntries(
        Object.keys(record).map((key) => [key, row[key === 'registered_at' ? 'registered_on' : key] ?? '']),
      )
      expect(held).toEqual(record)
    }
  })

  it('visits are held as the samples say', async () => {
    const samples = readFileSync(data(`${folder}/canonical-samples.ndjson`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .filter((sample) => sample.file === files.visits)
    expect(samples.length).toBeGreaterThan(50)
    for (const { record } of samples) {
      const { visit_at: visitAt, ...texts } = record as Record<string, string>
      const row = await deps.db('imported_visits').where({ external_id: record.external_id }).first('*')
      expect(Date.parse(`${row.visit_at.replace(' ', 'T')}Z`)).toBe(Date.parse(visitAt ?? ''))
      for (const name of ['patient_external_id', 'doctor_code', 'status', 'diagnosis_code', 'diagnosis_text'])
        expect(row[name] ?? '', name).toBe(texts[name] ?? '')
    }
  })

  it('are unchanged the second time', async () => {
    const again = await rig.import(data(`${folder}/${files.patients}`))
    expect(again.error).toBeNull()
    expect(again.counts).toMatchObject({ inserted: 0, updated: 0 })
  })
})
