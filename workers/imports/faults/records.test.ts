import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { closeQueues, type JobQueues, openQueues } from '../../../shared/jobs/queues.ts'
import { requestOperation, undoOperation } from '../../../shared/operations/commands.ts'
import { findOperation, type OperationRow } from '../../../shared/operations/repository.ts'
import { type TestDeps, testDeps, testEnv } from '../../../shared/testing/harness.ts'
import { type FaultProxy, startProxy } from '../../../shared/testing/proxy.ts'
import { newId } from '../../../shared/units/ids.ts'
import { type ImportRig, importRig } from '../testing.ts'
import { type ProcessRig, processRig } from './testing.ts'

const ROWS = 2500
const WITHIN_MS = 120_000
let deps: TestDeps
let queues: JobQueues
let database: FaultProxy
let rig: ProcessRig
let own: ImportRig

beforeAll(async () => {
  deps = await testDeps()
  queues = openQueues(deps)
  database = await startProxy(deps.config.DATABASE_URL)
  // so that an import lasts long enough to be met in the middle
  database.setDelayMs(5)
})
beforeEach(async () => {
  await deps.emptyTables()
  own = importRig(deps)
  await own.import({ text: 'doctor_code,name\nDR01,Dr A\n' }, {}, 'doctors')
  await own.import({
    text:
      'external_id,name,id_type,id_number,date_of_birth,gender,phone,registered_at\n' +
      'P1,Siti,PASSPORT,A0000001,1990-01-01,F,0123456789,2024-01-01\n',
  })
  const env = { DATABASE_URL: database.url, IMPORT_CHUNK_ROWS: '100', CLINIC_FIRST: 'off' }
  rig = processRig(deps, queues, testEnv({ ...env, WORKER_CONCURRENCY: '1' }))
})
afterEach(async () => {
  await rig.close()
  await own.close()
})
afterAll(async () => {
  await database.close()
  await closeQueues(queues)
  await deps.close()
})

const numbers = Array.from({ length: ROWS }, (_, i) => i)
const VISITS =
  'external_id,patient_external_id,visit_at,doctor_code,status,diagnosis_code,consultation_fee,medicine_fee,total_amount\n' +
  numbers.map((i) => `V${i},P1,2024-03-01 10:00,DR01,completed,J06.9,10,0,10\n`).join('')
const PAYMENTS =
  'external_id,visit_external_id,paid_at,amount,method,receipt_number,status\n' +
  numbers.map((i) => `Y${i},V${i},2024-04-01 10:00,10,cash,R${i},paid\n`).join('')

/** Asks real workers for an import. */
async function request(kind: string, text: string, options: Record<string, unknown> = {}): Promise<string> {
  const dir = join(deps.config.DATA_DIR, 'uploads')
  await mkdir(dir, { recursive: true })
  const path = join(dir, newId())
  await writeFile(path, text)
  const sha256 = createHash('sha256').update(text).digest('hex')
  const file = { name: `${kind}.csv`, bytes: Buffer.byteLength(text), sha256, path }
  const { row } = await requestOperation(
    deps,
    queues,
    { type: 'import', kind, params: { options }, file },
    { principal: null },
  )
  return row.id
}

async function until(id: string, is: (row: OperationRow) => boolean): Promise<OperationRow> {
  for (const startedAt = Date.now(); ; await sleep(15)) {
    const row = (await findOperation(deps.db, id)) as OperationRow
    if (is(row)) return row
    if (Date.now() - startedAt > WITHIN_MS) throw new Error(`not within ${WITHIN_MS} ms: ${row.status}`)
  }
}

const ENDED = ['completed', 'failed', 'undone']
let kills = 0

/** Kills the worker that holds an operation once so much is processed, and lets another one take over. */
async function killedAt(id: string, processed: number): Promise<void> {
  const isEnded = ({ status }: OperationRow) => ENDED.includes(status)
  const row = await until(id, (now) => now.processed >= processed || isEnded(now))
  // on a machine that was slow to look it may be over: then it must be right all the same
  if (isEnded(row)) return
  const holder = await rig.holder(id)
  holder.signal('SIGKILL')
  await Promise.all([holder.ended, rig.start()])
  kills++
}

async function figureOf(measure: string): Promise<number> {
  const [[row]] = await deps.db.raw(
    `select sum(value) as n from (select measure, value from day_figures union all
       select measure, value from figure_deltas) f where measure = ?`,
    [measure],
  )
  return Number(row.n ?? 0)
}

it('workers killed in imports of visits and payments and in their undoing: everything once', async () => {
  await rig.start()
  const visits = await request('visits', VISITS)
  await killedAt(visits, ROWS * 0.3)
  const taken = await until(visits, ({ status }) => status === 'completed' || status === 'failed')
  expect(taken.error).toBeNull()
  expect(taken.counts).toMatchObject({ read: ROWS, inserted: ROWS, rejected: 0 })
  expect(await deps.db('visits').pluck('imported_id')).toHaveLength(ROWS)
  expect(await deps.db('diagnoses').pluck('visit_id')).toHaveLength(ROWS)
  expect(await figureOf('visits')).toBe(ROWS)

  const payments = await request('payments', PAYMENTS)
  await killedAt(payments, ROWS * 0.4)
  const paid = await until(payments, ({ status }) => status === 'completed' || status === 'failed')
  expect(paid.counts).toMatchObject({ read: ROWS, inserted: ROWS, rejected: 0 })
  expect(await deps.db('imported_visits').distinct('paid_sen').pluck('paid_sen')).toEqual([1000])
  expect(await figureOf('takings')).toBe(ROWS * 1000)

  await undoOperation(deps, queues, payments, { principal: null })
  await killedAt(payments, ROWS / 3)
  const undone = await until(payments, ({ status }) => status === 'undone' || status === 'failed')
  expect(undone.note).toContain(`${ROWS} removed`)
  expect(await deps.db('imported_payments').first('id')).toBeUndefined()
  expect(await deps.db('imported_visits').distinct('paid_sen').pluck('paid_sen')).toEqual([0])
  expect(await figureOf('takings')).toBe(0)
  expect(kills).toBeGreaterThan(0)
}, 300_000)

const PEOPLE = 700
/** Visits first, then the patients to whom they belong, each with a condition. */
const BUNDLE = [
  ...numbers.slice(0, PEOPLE).map((i) => ({
    ...{ resourceType: 'Encounter', id: `V${i}`, status: 'finished' },
    ...{ subject: { reference: `Patient/B${i}` }, period: { start: '2024-03-01T10:00:00Z' } },
  })),
  ...numbers.slice(0, PEOPLE).map((i) => ({
    ...{ resourceType: 'Condition', id: `C${i}`, recordedDate: '2024-03-01', code: { text: 'Fever' } },
    subject: { reference: `Patient/B${i}` },
  })),
  ...numbers
    .slice(0, PEOPLE)
    .map((i) => ({ resourceType: 'Patient', id: `B${i}`, name: [{ text: `Siti ${i}` }] })),
]
  .map((resource) => `${JSON.stringify(resource)}\n`)
  .join('')

it('workers killed in the import of many kinds and in its undoing: everything once', async () => {
  await rig.start()
  const all = 3 * PEOPLE
  const id = await request('bundle', BUNDLE, { strictness: 'lenient' })
  await killedAt(id, all * 0.2)
  await killedAt(id, all * 0.6)
  const done = await until(id, ({ status }) => status === 'completed' || status === 'failed')
  expect(done.error).toBeNull()
  expect(done.counts).toMatchObject({
    ...{ read: all, inserted: all, rejected: 0, 'patients.inserted': PEOPLE },
    ...{ 'visits.inserted': PEOPLE, 'conditions.inserted': PEOPLE },
  })
  expect(await deps.db('visits').pluck('imported_id')).toHaveLength(PEOPLE)
  expect(await figureOf('visits')).toBe(PEOPLE)

  await undoOperation(deps, queues, id, { principal: null })
  await killedAt(id, all / 2)
  const undone = await until(id, ({ status }) => status === 'undone' || status === 'failed')
  expect(undone.note).toContain(`${all} removed`)
  for (const table of ['imported_visits', 'imported_conditions', 'visits'])
    expect(await deps.db(table).first('id'), table).toBeUndefined()
  expect(await deps.db('patients').pluck('external_id')).toEqual(['P1'])
  expect(await figureOf('visits')).toBe(0)
}, 300_000)
