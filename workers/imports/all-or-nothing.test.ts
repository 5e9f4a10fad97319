import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { cancelOperation, retryOperation } from '../../shared/operations/commands.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { csvOf, type PersonCells, person } from '../../shared/testing/people.ts'
import { beforeEachWrite, type ImportRig, importRig } from './testing.ts'

const MODE = { mode: 'all-or-nothing' }
const ROWS = 9
let deps: TestDeps
let rig: ImportRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 2 })
})
beforeEach(async () => {
  await deps.emptyTables()
  rig = importRig(deps)
})
afterAll(() => deps.close())

const rows = (bad: Record<number, PersonCells> = {}) =>
  Array.from({ length: ROWS }, (_, n) => ({ ...person(n), ...bad[n] }))
const text = (bad?: Record<number, PersonCells>) => ({ text: csvOf(rows(bad)) })
const nothing = async () => {
  for (const table of ['patients', 'patient_words', 'import_changes'])
    expect(await deps.db(table)).toEqual([])
}
/** Somebody takes the ID number of a later row between the check and the writing of its piece. */
function takesAKey(at: number): void {
  let isTaken = false
  beforeEachWrite(rig, async () => {
    const { phase } = (await deps.db('operations').first('phase')) ?? {}
    if (phase !== 'rows' || isTaken) return
    isTaken = true
    const { id_number } = person(at)
    await deps.db('patients').insert({ id: 900_000, name: 'Somebody', id_type: 'NRIC', id_number })
  })
}
const own = async (no: number) => (await deps.db('patients').where({ import_no: no })).length

it('writes all rows when all are good; percent never goes down', async () => {
  const seen: number[] = []
  beforeEachWrite(rig, async () => {
    seen.push(Number((await deps.db('operations').first('percent')).percent))
  })
  const done = await rig.import(text(), MODE)
  expect(done).toMatchObject({ status: 'completed', error: null, percent: '100.00', phase: null })
  expect(done.counts).toMatchObject({ read: ROWS, inserted: ROWS, rejected: 0 })
  expect(await own(done.no)).toBe(ROWS)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect(await deps.db('import_keys')).toEqual([])
})

it('writes nothing when one row would be refused: failed, with all refusals listed', async () => {
  const done = await rig.import(text({ 2: { phone: '' }, 7: { gender: '?' } }), MODE)
  expect(done).toMatchObject({
    status: 'failed',
    error: { code: 'import/rows-refused' },
    counts: { read: ROWS, inserted: 0, skipped: ROWS - 2, rejected: 2 },
  })
  expect(await deps.db('operation_errors').orderBy('row_no').pluck('first_code')).toEqual([
    'MISSING_PHONE',
    'BAD_GENDER',
  ])
  await nothing()
})

it('is checked anew when it is tried again', async () => {
  const other = { ...person(100), id_number: person(4).id_number as string, id_type: 'NRIC' }
  await deps.db('patients').insert({ id: 1, name: 'x', id_type: other.id_type, id_number: other.id_number })
  const { id, status } = await rig.import(text(), MODE)
  expect(status).toBe('failed')
  await deps.db('patients').delete()
  await retryOperation(deps, rig.services.queues, id, { principal: null })
  await rig.run(id)
  expect(await rig.record(id)).toMatchObject({ status: 'completed', counts: { inserted: ROWS, rejected: 0 } })
  expect(await deps.db('operation_errors')).toEqual([])
})

it('is taken back by itself when somebody takes a key after the check, also by a worker that dies at it', async () => {
  takesAKey(6)
  const { id, no } = await rig.import(text(), MODE)
  expect(await rig.record(id)).toMatchObject({ status: 'undoing', phase: 'take-back' })
  expect(await own(no)).toBe(ROWS - 1)
  let isKilled = false
  rig = importRig(deps)
  beforeEachWrite(rig, async () => {
    if (isKilled) return
    isKilled = true
    await deps
      .db('operations')
      .where({ id })
      .update({ fence: deps.db.raw('fence + 1') })
  })
  await rig.run(id)
  expect(await rig.record(id)).toMatchObject({ status: 'undoing' })
  await deps.db('operations').where({ id }).update({ heartbeat_at: null })
  await rig.run(id)
  const done = await rig.record(id)
  expect(done).toMatchObject({
    status: 'failed',
    phase: null,
    error: { code: 'import/not-all' },
    counts: { read: ROWS, inserted: 0, updated: 0, skipped: ROWS - 1, rejected: 1 },
  })
  expect(done.note).toContain('8 removed')
  expect(await deps.db('patients').pluck('name')).toEqual(['Somebody'])
  expect(await deps.db('operation_errors').pluck('first_code')).toEqual(['DUPLICATE_ID_NUMBER'])
})

it('keeps nothing of a half when it is cancelled while rows are written', async () => {
  let isCancelled = false
  beforeEachWrite(rig, async () => {
    const { id, phase, processed } = await deps.db('operations').first()
    if (phase !== 'rows' || Number(processed) < ROWS + 4 || isCancelled) return
    isCancelled = true
    await cancelOperation(deps, id, { principal: null })
  })
  const { id } = await rig.import(text(), MODE)
  expect(await rig.record(id)).toMatchObject({ status: 'undoing', phase: 'take-back', error: null })
  await rig.run(id)
  expect(await rig.record(id)).toMatchObject({ status: 'cancelled', counts: { inserted: 0 } })
  await nothing()
})

it('a rehearsal of it writes nothing and lists all, as any', async () => {
  const done = await rig.import(text({ 2: { phone: '' } }), { ...MODE, dryRun: true })
  expect(done).toMatchObject({ status: 'needs_review', counts: { inserted: ROWS - 1, rejected: 1 } })
  await nothing()
})
