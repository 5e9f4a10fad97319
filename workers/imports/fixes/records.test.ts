import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { undoOperation } from '../../../shared/operations/commands.ts'
import { releaseRehearsal } from '../../../shared/operations/release.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { type ImportRig, importRig } from '../testing.ts'
import { type FixRig, fixRig, sumOf } from './testing.ts'

const data = (name: string) =>
  fileURLToPath(new URL(`../../../shared/testing/data/import-examples/csv/${name}`, import.meta.url))

let deps: TestDeps
let rig: ImportRig
let lane: FixRig

beforeAll(async () => {
  deps = await testDeps()
  rig = importRig(deps)
  lane = fixRig(deps, rig)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

async function empty(): Promise<void> {
  await deps.emptyTables()
  for (const kind of ['doctors', 'medications', 'icd10']) await rig.import(data(`${kind}.csv`), {}, kind)
}
const causeOf = (name: string) => {
  const [code = '', column] = name.split(' ')
  return { code, column: column ?? null }
}
const isReadable = ({ code }: { code: string }) =>
  !['COLUMN_COUNT', 'INVALID_ENCODING', 'BAD_QUOTES', 'UNCLOSED_QUOTE'].includes(code)
const total = (table: string) =>
  deps
    .db(table)
    .count({ n: '*' })
    .first()
    .then((row) => Number(row?.n))

it('every kind of the example history: refused rows run again, and unchanged they are refused as before', async () => {
  await empty()
  await rig.import(data('patients.csv'))
  for (const kind of ['visits', 'prescriptions', 'payments']) {
    const { id, counts } = await rig.import(data(`${kind}.csv`), {}, kind)
    const causes = await lane.causes(id)
    expect(Object.values(causes).reduce((sum, n) => sum + n, 0)).toBe(counts?.rejected)
    const groups = Object.keys(causes).map(causeOf)
    const again = await lane.fix(id, groups.filter(isReadable))
    expect(again.counts, kind).toEqual(counts)
    expect(await lane.causes(id), kind).toEqual(causes)
    const sent = await lane.sendMended(id, await lane.refusedCsv(id))
    expect(sumOf(sent.counts), kind).toBe(counts?.read)
    const left = Object.keys(await lane.causes(id)).map(causeOf)
    const skipped = await lane.fix(
      id,
      left.map((group) => ({ ...group, skip: true as const })),
    )
    expect(skipped.counts, kind).toMatchObject({ read: counts?.read, rejected: 0 })
    expect(sumOf(skipped.counts), kind).toBe(counts?.read)
  }
})

it('visits that came before their patients are tried again as they are: all is as if they had come after', async () => {
  await empty()
  const early = await rig.import(data('visits.csv'), {}, 'visits')
  expect(early.counts).toMatchObject({ inserted: 0 })
  await rig.import(data('patients.csv'))
  const groups = Object.keys(await lane.causes(early.id)).map(causeOf)
  const done = await lane.fix(early.id, groups.filter(isReadable))
  const { accepted, rejected, rows } = JSON.parse(readFileSync(data('summary.json'), 'utf8')).files.visits
  expect(done.counts).toMatchObject({ read: rows, inserted: accepted, rejected })
  expect(await deps.db('imported_visits').where({ import_no: early.no })).toHaveLength(accepted)
  await undoOperation(deps, rig.services.queues, early.id, { principal: null })
  await rig.run(early.id)
  expect(await total('imported_visits')).toBe(0)
  expect(await total('visits')).toBe(0)
})

it('what is mended in a rehearsal is mended in the import that follows it', async () => {
  const text = readFileSync(data('doctors.csv'), 'utf8')
  const header = text.split(/\r?\n/)[0] ?? ''
  const row = (code: string, name: string) =>
    header
      .split(',')
      .map((column) => (column === 'doctor_code' ? code : column === 'name' ? name : ''))
      .join(',')
  const file = [header, row('NEW1', 'Dr A'), row('NEW2', ''), row('', 'Dr C'), ''].join('\n')
  const rehearsal = await rig.import({ text: file }, { dryRun: true }, 'doctors')
  expect(rehearsal).toMatchObject({ status: 'needs_review', counts: { inserted: 1, rejected: 2 } })
  const mended = await lane.fix(rehearsal.id, [
    { code: 'MISSING_NAME', column: 'name', change: { to: 'value', value: 'Dr B' } },
    { code: 'MISSING_DOCTOR_CODE', column: 'doctor_code', skip: true },
  ])
  expect(mended).toMatchObject({ status: 'needs_review', counts: { inserted: 2, skipped: 1, rejected: 0 } })
  expect(await deps.db('doctors').where('code', 'like', 'NEW%')).toEqual([])
  const released = await releaseRehearsal(deps, rig.services.queues, rehearsal.id, { principal: null })
  await rig.run(released.id)
  expect(await rig.record(released.id)).toMatchObject({ status: 'completed', counts: mended.counts })
  expect(await deps.db('doctors').where('code', 'like', 'NEW%').orderBy('code').pluck('name')).toEqual([
    'Dr A',
    'Dr B',
  ])
})
