import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type ImportRig, importRig } from './testing.ts'

const data = (name: string) =>
  fileURLToPath(new URL(`../../shared/testing/data/import-examples/${name}`, import.meta.url))

interface Answer {
  file: string
  data_row: string
  line: string
  verdict: string
  reason: string
}

const answersOf = (folder: string): Answer[] =>
  (parse(readFileSync(data(`${folder}/answers.csv`)), { columns: true, bom: true }) as Answer[]).filter(
    (answer) => answer.file === 'patients.csv' && answer.verdict === 'reject',
  )

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

describe.each(['csv', 'csv-spreadsheet'])('the example patients of %s', (folder) => {
  const summary = JSON.parse(readFileSync(data(`${folder}/summary.json`), 'utf8')).files.patients

  it('are imported or refused row for row as the answers say', async () => {
    const done = await rig.import(data(`${folder}/patients.csv`))
    expect(done.error).toBeNull()
    expect(done.status).toBe('completed')
    expect(done.counts).toMatchObject({
      read: summary.rows,
      inserted: summary.accepted,
      rejected: summary.rejected,
    })
    const refused = await deps.db('operation_errors').where({ operation_no: done.no }).orderBy('row_no')
    const answers = answersOf(folder)
    expect(refused.map((row) => [Number(row.row_no), Number(row.line_no)])).toEqual(
      answers
        .map((answer) => [Number(answer.data_row), Number(answer.line)])
        .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
    )
    for (const answer of answers) {
      const row = refused.find((each) => Number(each.row_no) === Number(answer.data_row))
      const codes = row.problems.map((problem: { code: string }) => problem.code)
      expect(codes, `row ${answer.data_row}`).toContain(answer.reason)
    }
    expect(Number((await deps.db('patients').count({ n: '*' }).first())?.n)).toBe(summary.accepted)
  })

  it('are unchanged the second time, and the same rows are refused', async () => {
    await rig.import(data(`${folder}/patients.csv`))
    const again = await rig.import(data(`${folder}/patients.csv`))
    expect(again.counts).toMatchObject({
      read: summary.rows,
      inserted: 0,
      updated: 0,
      unchanged: summary.accepted,
      rejected: summary.rejected,
    })
  })
})

it('puts every accepted value into the database as the samples say', async () => {
  await rig.import(data('csv/patients.csv'))
  const samples = readFileSync(data('csv/canonical-samples.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((sample) => sample.file === 'patients.csv')
  for (const { record } of samples) {
    const row = await deps.db('patients').where({ external_id: record.external_id }).first()
    const held = Object.fromEntries(
      Object.keys(record).map((key) => [key, row[key === 'registered_at' ? 'registered_on' : key] ?? '']),
    )
    expect(held).toEqual(record)
  }
})
