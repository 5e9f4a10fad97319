import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../errors/app-error.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { patients } from './repository.ts'

let deps: TestDeps
beforeAll(async () => {
  deps = await testDeps()
})
beforeEach(async () => {
  await deps.emptyTables()
  await deps.db('patients').insert(
    [1, 2, 3, 4, 5].map((id) => ({
      id,
      name: `Person ${id}`,
      created_at: '2026-01-01',
      updated_at: '2026-01-01',
      deleted_at: id === 4 ? '2026-02-01' : null,
    })),
  )
})
afterAll(() => deps.close())

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing thrown',
    (error) => (error instanceof AppError ? error.code : String(error)),
  )

describe('what every repository can do', () => {
  it('reads single rows as plain objects with ids as text; deleted ones are not there', async () => {
    const row = await patients.getById(deps.db, '1')
    expect([Object.getPrototypeOf(row), row.id, row.name]).toEqual([Object.prototype, '1', 'Person 1'])
    expect(await patients.findById(deps.db, '4')).toBeUndefined()
    expect(await codeOf(patients.getById(deps.db, '4'))).toBe('not-found')
  })

  it('reads lists page by page, the newest first, without holes and without repeats', async () => {
    const first = await patients.page(deps.db, { limit: 2 })
    expect([first.rows.map(({ id }) => id), first.next]).toEqual([['5', '3'], '3'])
    const second = await patients.page(deps.db, { limit: 2, after: first.next ?? '' })
    expect([second.rows.map(({ id }) => id), second.next]).toEqual([['2', '1'], null])
    expect(Object.getPrototypeOf(first.rows[0])).toBe(Object.prototype)
    const many = await patients.findMany(deps.db, ['3', '99', '1', '4'])
    expect(many.map(({ id }) => id)).toEqual(['3', '1'])
  })

  it('names every column it reads and itself in every statement', async () => {
    const asked: string[] = []
    const note = ({ sql }: { sql: string }) => void asked.push(sql)
    deps.db.on('query', note)
    await patients.findById(deps.db, '1')
    await patients.page(deps.db, { limit: 1 })
    deps.db.off('query', note)
    const statements = asked.filter((sql) => sql.includes('patients'))
    expect(statements).toHaveLength(2)
    for (const sql of statements) expect(sql).toMatch(/^\/\* patients\.[\w-]+ \*\/ select (?!\*)/)
  })

  it('changes what has the version that was seen, once, and shows the row to whoever came late', async () => {
    const patch = (name: string) =>
      deps.db.transaction((trx) => patients.patch(trx, '1', 1, { name }, ({ name: now }) => ({ name: now })))
    const [one, two] = await Promise.allSettled([patch('First'), patch('Second')])
    const lost = [one, two].find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect([one.status, two.status].sort()).toEqual(['fulfilled', 'rejected'])
    const { name, version } = await patients.getById(deps.db, '1')
    expect(lost.reason).toMatchObject({ code: 'state/version', extra: { current: { name } } })
    expect(version).toBe(2)
    expect(
      await codeOf(deps.db.transaction((trx) => patients.patch(trx, '99', 1, { name: 'x' }, (row) => row))),
    ).toBe('not-found')
  })

  it('says that its table can be read', async () => {
    await expect(patients.health(deps.db)).resolves.toBeUndefined()
  })
})
