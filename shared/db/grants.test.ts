import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../testing/harness.ts'
import { accountOf, applyRights } from './grants.ts'

// Rights outlive their table, and servers may be kept between runs: a name of its own each time.
const LATER = `later_${randomBytes(4).toString('hex')}`
const AUDIT_LATER = `audit_${LATER}`
let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  for (const table of [AUDIT_LATER, LATER]) {
    await database.admin.raw('revoke all privileges on ?? from clinic@`%`', [table]).catch(() => undefined)
    await database.admin.schema.dropTableIfExists(table)
  }
  await database.close()
})

const tried = async (sql: string): Promise<string> =>
  database.db.raw(sql).then(
    () => 'done',
    (error: { code: string }) => error.code,
  )

it('opens a new table to the application, and of the audit only adding and reading', async () => {
  await database.admin.raw('create table ?? (id int primary key)', [LATER])
  await database.admin.raw('create table ?? (id int primary key)', [AUDIT_LATER])
  expect(await tried(`delete from ${LATER}`)).toBe('ER_TABLEACCESS_DENIED_ERROR')

  const account = await accountOf(database.db)
  expect(account).toEqual({ user: 'clinic', host: '%' })
  expect(await applyRights(database.admin, async () => account)).toBe('direct')

  expect(await tried(`delete from ${LATER}`)).toBe('done')
  expect(await tried(`insert into ${AUDIT_LATER} values (1)`)).toBe('done')
  expect(await tried(`delete from ${AUDIT_LATER}`)).toBe('ER_TABLEACCESS_DENIED_ERROR')
  expect(await tried('update audit_entries set action = action where 1 = 0')).toBe(
    'ER_TABLEACCESS_DENIED_ERROR',
  )
})

it('lets the application add to what moved in stock, and change nothing of it but whose it was', async () => {
  await database.admin.raw('grant update, delete on stock_movements to clinic@`%`')
  expect(await applyRights(database.admin, async () => ({ user: 'clinic', host: '%' }))).toBe('direct')
  expect(await tried('delete from stock_movements where 1 = 0')).toBe('ER_TABLEACCESS_DENIED_ERROR')
  for (const column of ['quantity', 'batch_id', 'line_id', 'at', 'reason'])
    expect(await tried(`update stock_movements set ${column} = null where id = 0`)).toBe(
      'ER_COLUMNACCESS_DENIED_ERROR',
    )
  expect(await tried('update stock_movements set patient_id = null where id = 0')).toBe('done')
})

it('grants nothing where one account serves both purposes, and never to a name that is no name', async () => {
  expect(await applyRights(database.admin, async () => null)).toBe('none')
  const odd = { user: "x'@'%' identified by 'y", host: '%' }
  await expect(applyRights(database.admin, async () => odd)).rejects.toThrow('cannot be granted to')
})
