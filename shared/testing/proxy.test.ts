import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Knex } from '../db/connect.ts'
import { openPool } from './database.ts'
import { type TestDatabase, testDatabase } from './harness.ts'
import { type FaultProxy, startProxy } from './proxy.ts'

describe('the fault proxy', () => {
  let database: TestDatabase
  let proxy: FaultProxy
  let db: Knex

  beforeAll(async () => {
    database = await testDatabase()
    proxy = await startProxy(database.migrateUrl)
    db = openPool(proxy.url)
    await database.admin.raw('create table if not exists proxy_probe (n int primary key)')
  })
  beforeEach(() => database.admin('proxy_probe').delete())
  afterAll(async () => {
    await database.admin.raw('drop table proxy_probe')
    await db.destroy()
    await proxy.close()
    await database.close()
  })

  const insert = () => db.transaction(async (trx) => trx('proxy_probe').insert({ n: 1 }))
  const stored = async () => (await database.admin('proxy_probe').select('n')).length

  it('passes', async () => {
    await insert()
    expect(await stored()).toBe(1)
  })

  it('cuts before a COMMIT reaches the server: nothing is stored', async () => {
    const cut = proxy.cutAt(/^commit/i, 'before')
    await expect(insert()).rejects.toThrow()
    await cut
    expect(await stored()).toBe(0)
  })

  it('cuts after the server committed: stored, and the client is told of a failure', async () => {
    const cut = proxy.cutAt(/^commit/i, 'after')
    await expect(insert()).rejects.toThrow()
    await cut
    expect(await stored()).toBe(1)
  })

  it('delays', async () => {
    await db.raw('select 1')
    proxy.setDelayMs(40)
    const startMs = performance.now()
    await db.raw('select 1')
    proxy.setDelayMs(0)
    expect(performance.now() - startMs).toBeGreaterThan(70)
  })

  it('keeps the order of what it holds back, also when the delay ends meanwhile', async () => {
    const connection = await db.client.acquireRawConnection()
    const ask = (n: number): Promise<number> =>
      new Promise((resolve, reject) => {
        connection.query(`select ${n} as n`, (error: Error | null, rows: { n: number }[]) =>
          error === null ? resolve(rows[0]?.n ?? 0) : reject(error),
        )
      })
    try {
      for (let round = 0; round < 10; round++) {
        proxy.setDelayMs(30)
        const first = ask(1)
        setTimeout(() => proxy.setDelayMs(0), 10)
        expect(await Promise.all([first, ask(2), ask(3)])).toEqual([1, 2, 3])
      }
    } finally {
      proxy.setDelayMs(0)
      connection.destroy()
    }
  })

  it('refuses, then passes again', async () => {
    proxy.setMode('refuse')
    await expect(db.raw('select 1')).rejects.toThrow()
    proxy.setMode('pass')
    await db.raw('select 1')
  })
})
