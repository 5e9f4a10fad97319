import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../testing/harness.ts'
import { accountOf, applyRights } from './grants.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  await database.admin.schema.dropTableIfExists('audit_later')
  await database.admin.schema.dropTableIfExists('later')
  await database.close()
})

const tried = async (sql: string): Promise<string> =>
  database.db.raw(sql).then(
    () => 'done',
    (error: { code: string }) => error.code,
  )

it('opens a new table to the application, and of the audit only adding and reading', async () => {
  await database.admin.raw('create table later (id int primary key)')
  await database.admin.raw('create table audit_later (id int primary key)')
  expect(await tried('delete from later')).toBe('ER_TABLEACCESS_DENIED_ERROR')

  const account = await accountOf(database.db)
  expect(account).toEqual({ user: 'clinic', host: '%' })
  expect(await applyRights(database.admin, async () => account)).toBe('direct')

  expect(await tried('delete from later')).toBe('done')
  expect(await tried('insert into audit_later values (1)')).toBe('done')
  expect(await tried('delete from audit_later')).toBe('ER_TABLEACCESS_DENIED_ERROR')
  expect(await tried('update audit_entries set action = action where 1 = 0')).toBe(
    'ER_TABLEACCESS_DENIED_ERROR',
  )
})

it('grants nothing where one account serves both purposes, and never to a name that is no name', async () => {
  expect(await applyRights(database.admin, async () => null)).toBe('none')
  const odd = { user: "x'@'%' identified by 'y", host: '%' }
  await expect(applyRights(database.admin, async () => odd)).rejects.toThrow('cannot be granted to')
})
