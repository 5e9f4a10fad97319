import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { type ImportRig, importRig } from '../imports/testing.ts'

const ROWS = 50
const CHUNK_ROWS = 10
let deps: TestDeps
let rig: ImportRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: CHUNK_ROWS })
})
beforeEach(async () => {
  await deps.emptyTables()
  rig = importRig(deps)
})
afterEach(() => rig.close())
afterAll(() => deps.close())

type Work = (trx: Knex.Transaction) => Promise<unknown>
const lost = () => Object.assign(new Error('gone'), { code: 'PROTOCOL_CONNECTION_LOST' })
// one row twice and one wrong, so that a second counting would show
const people = Array.from({ length: ROWS - 2 }, (_, i) => person(i))
const file = { text: csvOf([...people, person(0), { ...person(99), phone: '' }]) }

/** Replaces how the n-th piece is written. */
function onWrite(n: number, write: (real: Knex, work: Work) => Promise<unknown>): void {
  const real = rig.services.bulkDb
  let seen = 0
  const transaction = (work: Work) => (++seen === n ? write(real, work) : real.transaction(work))
  rig.services.bulkDb = new Proxy(real, {
    get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)),
  })
}

async function expectExact(): Promise<void> {
  const done = await rig.import(file)
  expect(done).toMatchObject({ status: 'completed', processed: ROWS })
  expect(done.counts).toMatchObject({ read: ROWS, inserted: ROWS - 2, rejected: 2, unchanged: 0 })
  expect(await deps.db('patients').pluck('id')).toHaveLength(ROWS - 2)
}

it.each([1, 3, 5])('a COMMIT whose answer is lost is counted once (piece %i)', async (n) => {
  onWrite(n, async (real, work) => {
    await real.transaction(work)
    throw lost()
  })
  await expectExact()
})

it.each([1, 3, 5])('a link cut before COMMIT: the piece is written again (piece %i)', async (n) => {
  onWrite(n, (real, work) =>
    real.transaction(async (trx) => {
      await work(trx)
      throw lost()
    }),
  )
  await expectExact()
})

it.each([1, 3, 5])('a COMMIT that takes effect only while the piece is tried again (piece %i)', async (n) => {
  let late: Promise<unknown> | undefined
  onWrite(n, async (real, work) => {
    await new Promise<void>((written) => {
      late = real.transaction(async (trx) => {
        await work(trx)
        written()
        await sleep(400)
      })
    })
    throw lost()
  })
  await expectExact()
  await late
})

it('a statement killed by a server that shuts down is repeated', async () => {
  onWrite(2, async () => {
    throw Object.assign(new Error('interrupted'), { errno: 1317 })
  })
  await expectExact()
})

it('deadlocks are run again, and never surface', async () => {
  let n = 0
  onWrite(2, async (real, work) => {
    if (n++ < 1) throw Object.assign(new Error('deadlock'), { errno: 1213 })
    return real.transaction(work)
  })
  await expectExact()
})

/** Frozen from here on: it neither goes on nor lets go until it is woken. */
const FREEZES: Record<string, (trx: Knex.Transaction, woken: Promise<void>) => Promise<unknown>> = {
  'between two statements': (_trx, woken) => woken,
  'while it sends rows': (trx, woken) => {
    async function* rows() {
      yield Buffer.from('1\tfrozen\t1\n')
      await woken
    }
    const infileStreamFactory = () => Readable.from(rows(), { objectMode: false })
    const sql = "load data local infile 'rows' into table import_keys (operation_no, key_text, row_no)"
    return trx.raw(sql).options({ infileStreamFactory }) as unknown as Promise<unknown>
  },
}

it.each(Object.entries(FREEZES))(
  'a worker frozen %s holds no locks: the server ends its transaction',
  async (_when, freeze) => {
    const { id } = await rig.request(file)
    const bulk = connectDatabase({
      url: deps.config.DATABASE_URL,
      poolMax: 1,
      connectTimeoutMs: 5000,
      idleTimeoutMs: 5000,
      statementTimeoutMs: 120_000,
      idleTransactionS: 1,
      localInfile: true,
    })
    let hold: () => void = () => undefined
    const held = new Promise<void>((resolve) => (hold = resolve))
    let wake: () => void = () => undefined
    const woken = new Promise<void>((resolve) => (wake = resolve))
    const frozen = bulk.transaction(async (trx) => {
      await trx('operations').where({ id }).update({ note: 'held' })
      hold()
      await freeze(trx, woken)
      await trx('operations').where({ id }).update({ note: 'too late' })
    })
    const failed = expect(frozen).rejects.toThrow()
    await held
    // it wakes only after this, which waits for its lock: so it was the server that ended it
    await deps.db('operations').where({ id }).update({ note: 'free' })
    wake()
    await failed
    expect((await rig.record(id)).note).toBe('free')
    await bulk.destroy()
  },
)
