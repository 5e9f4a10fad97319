import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDeps, testDeps } from './harness.ts'

describe('the test harness', () => {
  let deps: TestDeps

  beforeAll(async () => {
    deps = await testDeps()
  })
  afterAll(() => deps.close())

  const entry = {
    uid: '01890000-0000-7000-8000-000000000000',
    at: '2026-01-01 00:00:00.000',
    action: 'test.run',
    outcome: 'ok',
  }

  it('lets the application add to the audit and never change it', async () => {
    await deps.db('audit_entries').insert(entry)
    await expect(deps.db('audit_entries').update({ action: 'other' })).rejects.toMatchObject({
      code: 'ER_TABLEACCESS_DENIED_ERROR',
    })
    await expect(deps.db('audit_entries').delete()).rejects.toMatchObject({
      code: 'ER_TABLEACCESS_DENIED_ERROR',
    })
  })

  it('empties tables, the audit included, and keeps the epoch', async () => {
    await deps.emptyTables()
    expect(await deps.db('audit_entries').first('id')).toBeUndefined()
    const { epoch } = await deps.db('installation').first('epoch')
    expect(deps.prefix).toBe(`clinic:${epoch}`)
  })

  it('reaches both Redis servers, which differ', async () => {
    await deps.redis.set(`${deps.prefix}:probe`, '1')
    expect(await deps.redis.get(`${deps.prefix}:probe`)).toBe('1')
    expect(await deps.cacheRedis.get(`${deps.prefix}:probe`)).toBeNull()
  })
})
