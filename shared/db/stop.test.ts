import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../errors/app-error.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { type FaultProxy, startProxy } from '../testing/proxy.ts'
import { connectDatabase, type Knex } from './connect.ts'
import { inTransaction, reading } from './transaction.ts'

/** Below what the statement may take by the pool's own limit. */
const STOPS_WITHIN_MS = 15_000

let deps: TestDeps
let proxy: FaultProxy
let db: Knex
beforeAll(async () => {
  deps = await testDeps()
  proxy = await startProxy(deps.config.DATABASE_URL)
  db = connectDatabase({
    url: proxy.url,
    poolMax: 1,
    connectTimeoutMs: 1000,
    idleTimeoutMs: 60_000,
    statementTimeoutMs: 20_000,
  })
})
afterEach(async () => {
  proxy.setMode('pass')
  await deps.db('counters').where({ name: 'stop-test' }).delete()
})
afterAll(async () => {
  await db.destroy()
  await proxy.close()
  await deps.close()
})

const reason = new AppError('request/timeout')
const abortIn = (ms: number) => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), ms)
  return controller.signal
}
const alive = async () => {
  const [[row]] = (await db.raw('select 1 as one')) as [[{ one: number }]]
  return row.one
}
const written = () => deps.db('counters').where({ name: 'stop-test' })

describe('an abort', () => {
  it('kills a read and a write, with a pool of one, and frees the connection', async () => {
    await expect(reading(db.raw('select sleep(10)'), abortIn(100))).rejects.toBe(reason)
    expect(await alive()).toBe(1)
    const write = inTransaction(
      db,
      async (trx) => {
        await trx('counters').insert({ name: 'stop-test', value: 1 })
        await trx.raw('select sleep(10)')
      },
      abortIn(100),
    )
    await expect(write).rejects.toBe(reason)
    expect(await alive()).toBe(1)
    expect(await written()).toEqual([])
  })

  it('that came before anything starts nothing', async () => {
    const write = inTransaction(
      db,
      (trx) => trx('counters').insert({ name: 'stop-test', value: 1 }),
      AbortSignal.abort(reason),
    )
    await expect(write).rejects.toBe(reason)
    expect(await written()).toEqual([])
  })

  it('never hits the next user of the connection', async () => {
    for (let round = 0; round < 15; round++) {
      await reading(db.raw('select sleep(0.01)'), abortIn(8 + (round % 5))).catch(() => undefined)
      expect(await alive()).toBe(1)
    }
  })

  it('frees the pool of a server that answers nothing any more', async () => {
    expect(await alive()).toBe(1)
    const startedAt = performance.now()
    const read = reading(db.raw('select sleep(0.2)'), abortIn(100))
    proxy.setMode('swallow')
    await expect(read).rejects.toBe(reason)
    expect(performance.now() - startedAt).toBeLessThan(STOPS_WITHIN_MS)
    proxy.setMode('pass')
    expect(await alive()).toBe(1)
  })
})
