import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { cancelOperation, retryOperation, undoOperation } from '../../../shared/operations/commands.ts'
import { viewOperation } from '../../../shared/operations/view.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { ensureBuilt } from '../../../shared/testing/launcher.ts'
import { beforeEachWrite, type ImportRig, importRig } from '../testing.ts'

const data = (name: string) =>
  gunzipSync(
    readFileSync(fileURLToPath(new URL(`../../../shared/testing/data/fhir/${name}`, import.meta.url))),
  )
/** Requests first, then what they refer to: five people of another system, with what belongs to them. */
const MIXED = data('mixed.ndjson.gz')
const LENIENT = { strictness: 'lenient' }
const TABLES = [
  'patients',
  'medications',
  'imported_visits',
  'imported_conditions',
  'imported_lines',
] as const
const ROWS = { patients: 5, medications: 16, visits: 98, conditions: 58, prescriptions: 23 }
const ALL = Object.values(ROWS).reduce((sum, n) => sum + n)

let deps: TestDeps
let rig: ImportRig
beforeAll(async () => {
  await ensureBuilt()
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 100 })
})
beforeEach(async () => {
  await deps.emptyTables()
  rig = importRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const counted = async () => {
  const found: number[] = []
  for (const table of TABLES)
    found.push(
      await deps
        .db(table)
        .pluck('id')
        .then((ids) => ids.length),
    )
  return found
}

it('one file brings patients, medicines, visits, diagnoses and requests, in the order in which they refer to each other', async () => {
  const done = await rig.import({ text: MIXED }, LENIENT, 'bundle')
  expect(done.error).toBeNull()
  const { counts } = viewOperation(done)
  expect(counts).toMatchObject({ read: ALL, inserted: ALL, rejected: 0 })
  expect(
    Object.fromEntries(Object.entries(counts?.byKind ?? {}).map(([kind, n]) => [kind, n.inserted])),
  ).toEqual(ROWS)
  expect(done.note).toMatch(/64 other resources of the file are no part of this import/)
  expect(await counted()).toEqual(Object.values(ROWS))
  const line = await deps
    .db('imported_lines as l')
    .join('imported_visits as v', 'v.id', 'l.imported_visit_id')
    .join('medications as m', 'm.id', 'l.medication_id')
    .whereNotNull('l.frequency')
    .first('l.quantity', 'l.frequency', 'm.active', 'm.generic_name', 'm.sku')
  // what was handed over is not said, and nobody may sell what has no price
  expect(line).toMatchObject({ quantity: 0, frequency: '1 per 1 d', active: 0 })
  expect(line.generic_name).toMatch(/[a-z]/)
  expect(await readdir(join(deps.config.DATA_DIR, 'work'))).toEqual([])
})

it('nothing of it is new the second time, and all of it can be taken back', async () => {
  const done = await rig.import({ text: MIXED }, LENIENT, 'bundle')
  const again = await rig.import({ text: MIXED }, LENIENT, 'bundle')
  expect(viewOperation(again).counts).toMatchObject({ read: ALL, inserted: 0, unchanged: ALL, rejected: 0 })
  await undoOperation(deps, rig.services.queues, done.id, { principal: null })
  await rig.run(done.id)
  expect(await rig.record(done.id)).toMatchObject({ status: 'undone', processed: ALL })
  expect(await counted()).toEqual([0, 0, 0, 0, 0])
  expect(await deps.db('visits').first('id')).toBeUndefined()
})

it('a rehearsal knows what its own file would have brought before', async () => {
  const rehearsed = await rig.import({ text: MIXED }, { ...LENIENT, dryRun: true }, 'bundle')
  expect(rehearsed.error).toBeNull()
  expect(viewOperation(rehearsed).counts).toMatchObject({ read: ALL, inserted: ALL, rejected: 0 })
  expect(await counted()).toEqual([0, 0, 0, 0, 0])
  const all = await rig.import({ text: MIXED }, { ...LENIENT, mode: 'all-or-nothing' }, 'bundle')
  expect(viewOperation(all).counts).toMatchObject({ read: ALL, inserted: ALL, rejected: 0 })
  expect(await counted()).toEqual(Object.values(ROWS))
})

it.each([1, 2, 3, 4, 6, 8])('goes on where it was stopped, before piece %i', async (stop) => {
  const { id } = await rig.request({ text: MIXED }, LENIENT, 'bundle')
  const plain = rig.services.bulkDb
  beforeEachWrite(rig, async (n) => {
    if (n === stop) await cancelOperation(deps, id, { principal: null })
  })
  await rig.run(id)
  rig.services.bulkDb = plain
  expect((await rig.record(id)).status).toBe('cancelled')
  await retryOperation(deps, rig.services.queues, id, { principal: null })
  await rig.run(id)
  const done = await rig.record(id)
  expect(viewOperation(done)).toMatchObject({
    status: 'completed',
    counts: { read: ALL, inserted: ALL, rejected: 0 },
  })
  expect(await counted()).toEqual(Object.values(ROWS))
})

it('a row whose patient was refused is refused, whatever cannot be read is a row too, and both are numbered as in the file', async () => {
  const of = (resource: object) => JSON.stringify(resource)
  const text = [
    of({
      resourceType: 'Encounter',
      id: 'V1',
      status: 'finished',
      subject: { reference: 'Patient/P1' },
      period: { start: '2024-03-01T10:00:00Z' },
    }),
    '{"resourceType":',
    of({ resourceType: 'Patient', id: 'P1' }),
    of({ resourceType: 'Observation', id: 'O1' }),
    of({ resourceType: 'Patient', id: 'P2', name: [{ text: 'Siti' }] }),
    of({
      resourceType: 'Condition',
      id: 'C1',
      subject: { reference: 'Patient/P2' },
      recordedDate: '2024-03-01',
      code: { text: 'Fever' },
    }),
  ].join('\n')
  const done = await rig.import({ text }, { ...LENIENT }, 'bundle')
  expect(viewOperation(done).counts).toMatchObject({ read: 5, inserted: 2, rejected: 3 })
  const refused = await deps.db('operation_errors').where({ operation_no: done.no }).orderBy('row_no')
  expect(refused.map((row) => [Number(row.row_no), Number(row.line_no), row.first_code])).toEqual([
    [1, 1, 'UNKNOWN_PATIENT'],
    [2, 2, 'NOT_JSON'],
    [3, 3, 'MISSING_NAME'],
  ])
})

it('what is no FHIR is no bundle', async () => {
  const done = await rig.import({ text: 'external_id,name\nP1,Siti\n' }, {}, 'bundle')
  expect(done).toMatchObject({ status: 'failed', error: { code: 'import/bad-options' } })
})

it('a Bundle of one patient comes in with the visits and the diagnosis', async () => {
  const done = await rig.import({ text: data('bundle.json.gz') }, LENIENT, 'bundle')
  expect(done.error).toBeNull()
  const { byKind } = viewOperation(done).counts ?? {}
  expect(byKind?.patients?.inserted).toBe(1)
  expect(byKind?.visits?.inserted).toBeGreaterThan(10)
  expect(viewOperation(done).counts?.rejected).toBe(0)
})
