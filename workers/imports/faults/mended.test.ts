import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { requestFixes } from '../../../shared/imports/fixes/commands.ts'
import { closeQueues, type JobQueues, openQueues } from '../../../shared/jobs/queues.ts'
import { findOperation, type OperationRow } from '../../../shared/operations/repository.ts'
import { type TestDeps, testDeps, testEnv } from '../../../shared/testing/harness.ts'
import { csvOf, person } from '../../../shared/testing/people.ts'
import { type FaultProxy, startProxy } from '../../../shared/testing/proxy.ts'
import { type ImportRig, importRig } from '../testing.ts'
import { type ProcessRig, processRig } from './testing.ts'

const ROWS = 3000
const WITHIN_MS = 120_000
let deps: TestDeps
let queues: JobQueues
let database: FaultProxy
let here: ImportRig
let rig: ProcessRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 500 })
  queues = openQueues(deps)
  database = await startProxy(deps.config.DATABASE_URL)
  // so that the work lasts long enough to be met in the middle
  database.setDelayMs(3)
  here = importRig(deps)
})
beforeEach(async () => {
  await deps.emptyTables()
  const env = testEnv({
    DATABASE_URL: database.url,
    IMPORT_CHUNK_ROWS: '100',
    WORKER_CONCURRENCY: '1',
    CLINIC_FIRST: 'off',
  })
  rig = processRig(deps, queues, env)
})
afterEach(() => rig.close())
afterAll(async () => {
  await here.close()
  await database.close()
  await closeQueues(queues)
  await deps.close()
})

/** Waits for a state of the operation. */
async function until(id: string, what: string, test: (row: OperationRow) => boolean): Promise<OperationRow> {
  for (const startedAt = Date.now(); ; await sleep(15)) {
    const row = (await findOperation(deps.db, id)) as OperationRow
    if (test(row)) return row
    if (Date.now() - startedAt > WITHIN_MS)
      throw new Error(`no ${what}: ${JSON.stringify({ ...row, cursor_state: 0 })}`)
  }
}

async function killHolder(id: string): Promise<void> {
  const holder = await rig.holder(id)
  holder.signal('SIGKILL')
  await holder.ended
  await rig.start()
}

it('kill -9 twice while refused rows run again: each of them once', async () => {
  const rows = Array.from({ length: ROWS }, (_, n) => ({ ...person(n), gender: n % 2 === 1 ? 'Laki' : 'P' }))
  const { id, no, counts } = await here.import({ text: csvOf(rows) })
  expect(counts).toMatchObject({ read: ROWS, inserted: 0, rejected: ROWS })
  await rig.start()
  const change = { to: 'mapped' as const, values: { Laki: 'M', P: 'F' } }
  const fixes = [{ code: 'BAD_GENDER', column: 'gender', change }]
  await requestFixes(deps, queues, id, { principal: null }, [{ step: { what: 'again', fixes } }])
  for (const share of [0.1, 0.6]) {
    await until(id, `${share}`, ({ phase, processed }) => phase === null || processed >= share * ROWS)
    if ((await findOperation(deps.db, id))?.status !== 'active') break
    await killHolder(id)
  }
  const done = await until(id, 'end', ({ status }) => status === 'completed')
  expect(done.counts).toMatchObject({ read: ROWS, inserted: ROWS, rejected: 0 })
  expect(done.attempts).toBeGreaterThan(2)
  expect(await deps.db('operation_errors')).toEqual([])
  const people = await deps
    .db('patients')
    .where({ import_no: no })
    .count({ n: '*' })
    .countDistinct({ keys: 'external_id' })
    .first()
  expect([Number(people?.n), Number(people?.keys)]).toEqual([ROWS, ROWS])
}, 300_000)

it('kill -9 while an import that is all or nothing is taken back: nothing stays', async () => {
  const rows = Array.from({ length: ROWS }, (_, n) => person(n))
  const { id, no } = await here.request({ text: csvOf(rows) }, { mode: 'all-or-nothing' })
  await rig.start()
  await until(id, 'the second reading', ({ phase }) => phase === 'rows')
  // somebody takes the number of the last row after the check
  const { id_number } = person(ROWS - 1)
  await deps.db('patients').insert({ id: 9_000_000, name: 'Somebody', id_type: 'NRIC', id_number })
  const half = await until(id, 'half of it taken back', ({ status, processed }) =>
    status === 'undoing' ? processed >= 300 : status === 'failed',
  )
  expect(half.status).toBe('undoing')
  await killHolder(id)
  const done = await until(id, 'end', ({ status }) => status === 'failed')
  expect(done).toMatchObject({ error: { code: 'import/not-all' }, phase: null })
  expect(done.counts).toMatchObject({ read: ROWS, inserted: 0, updated: 0, rejected: 1, skipped: ROWS - 1 })
  expect(await deps.db('patients').where({ import_no: no })).toEqual([])
  expect(await deps.db('patient_words')).toEqual([])
  expect(await deps.db('patients').pluck('name')).toEqual(['Somebody'])
}, 300_000)
