import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claimOperation } from '../../shared/operations/lifecycle.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { newId } from '../../shared/units/ids.ts'
import { type ImportRig, importRig } from '../../workers/imports/testing.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let rig: ImportRig
let admin: string
let maker: string

beforeAll(async () => {
  api = await startTestApi()
  rig = importRig(api.deps)
})
beforeEach(async () => {
  await api.deps.emptyTables()
  admin = await api.signIn('admin')
  maker = await api.signIn('assistant', 'maker')
})
afterAll(async () => {
  await rig.close()
  await api.close()
})

const get = (path: string, cookie = maker) => api.http.get(path).set('Cookie', cookie)
const post = (path: string, cookie = maker) =>
  api.http.post(path).set('Cookie', cookie).set('X-Requested-With', 'clinic')

async function upload(text: string, cookie = maker): Promise<string> {
  const answer = await post('/api/imports', cookie)
    .field('kind', 'patients')
    .attach('file', Buffer.from(text), 'p.csv')
  expect(answer.status).toBe(202)
  return answer.body.operation.id
}

const wrong = (n: number) => ({ ...person(n), phone: n % 2 === 0 ? 'none' : '', remarks: '=1+1' })
const file = csvOf([person(1), ...Array.from({ length: 25 }, (_, i) => wrong(10 + i))])

describe('an operation', () => {
  it('is seen by its maker and by administrators; for others it does not exist', async () => {
    const id = await upload(file)
    const other = await api.signIn('assistant', 'other')
    const paths = ['', '/errors', '/errors.csv', '/result']
    for (const path of paths) expect((await get(`/api/operations/${id}${path}`, other)).status).toBe(404)
    for (const verb of ['cancel', 'retry', 'undo'])
      expect((await post(`/api/operations/${id}/${verb}`, other)).status).toBe(404)
    for (const cookie of [maker, admin]) {
      const { status, body } = await get(`/api/operations/${id}`, cookie)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        id,
        status: 'queued',
        createdBy: { name: 'maker' },
        progress: { placeInLine: 1 },
      })
      expect(body).not.toHaveProperty('file.path')
    }
    expect((await get('/api/operations', other)).body.data).toEqual([])
    expect((await get('/api/operations', admin)).body.data).toHaveLength(1)
  })

  it.each(['0', '-1', '1.5', '01890000-0000-7000-8000-000000000000', 'ABC', '%00', '..%2f', 'x'.repeat(65)])(
    'under the id %s: not there, never a fault of ours',
    async (id) => {
      for (const path of [`/api/operations/${id}`, `/api/operations/${id}/errors`]) {
        const { status } = await get(path)
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
      }
    },
  )

  it('is cancelled and tried again where its state allows; else 409 with the record', async () => {
    const id = await upload(file)
    expect((await post(`/api/operations/${id}/retry`)).status).toBe(409)
    const cancelled = await post(`/api/operations/${id}/cancel`)
    expect(cancelled).toMatchObject({
      status: 202,
      body: { operation: { status: 'cancelled', cancelRequested: true } },
    })
    const again = await post(`/api/operations/${id}/cancel`)
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'state/conflict', operation: { id, status: 'cancelled' } },
    })
    expect(await post(`/api/operations/${id}/retry`)).toMatchObject({
      status: 202,
      body: { operation: { status: 'queued', cancelRequested: false } },
    })
    await claimOperation(api.deps, id, 'a worker')
    expect(await post(`/api/operations/${id}/cancel`)).toMatchObject({
      status: 202,
      body: { operation: { status: 'active', cancelRequested: true } },
    })
    const audit = await api.deps.db('audit_entries').where({ entity_id: id }).orderBy('id').pluck('action')
    expect(audit).toEqual([
      'imports.request',
      'operations.cancelled',
      'operations.retried',
      'operations.cancelled',
    ])
  })

  it('is found in the list by its state, kind and day', async () => {
    const id = await upload(file)
    await rig.run(id)
    await upload(csvOf([person(2)]))
    const ids = async (query: string) =>
      (await get(`/api/operations?${query}`)).body.data.map((row: { id: string }) => row.id)
    expect(await ids('status=completed&kind=patients&type=import')).toEqual([id])
    expect(await ids('limit=1&page=2')).toEqual([id])
    expect(await ids('from=2000-01-01&to=2000-01-01')).toEqual([])
    const first = await get('/api/operations?limit=1')
    expect(await ids(`limit=1&cursor=${first.body.meta.next}`)).toEqual([id])
    for (const query of [
      'limit=0',
      'limit=101',
      'page=0',
      'page=200&limit=100',
      'status=fine',
      'cursor=x',
      'from=1',
      'from=2026-02-02&to=2026-02-01',
      'x=1',
      'kind=%C3%A9',
    ])
      expect((await get(`/api/operations?${query}`)).status, query).toBe(400)
  })
})

it('the list is counted exactly to 10,000, and says when there are more', async () => {
  const made = { type: 'import', kind: 'patients', status: 'completed', params: '{}' }
  const add = (count: number) =>
    api.deps.db.batchInsert(
      'operations',
      Array.from({ length: count }, () => ({ ...made, id: newId(), created_at: '2026-01-02 03:04:05.000' })),
      1000,
    )
  await add(10_000)
  const exact = (await get('/api/operations?limit=1', admin)).body.meta
  expect([exact.total, exact.totalIsAtLeast]).toEqual([10_000, undefined])
  await add(1)
  const more = (await get('/api/operations?limit=1', admin)).body.meta
  expect([more.total, more.totalIsAtLeast]).toEqual([10_000, true])
})

describe('refused rows', () => {
  it('are pages with every reason, and counted by the first', async () => {
    const id = await upload(file)
    await rig.run(id)
    const { status, body } = await get(`/api/operations/${id}/errors?limit=10`)
    expect(status).toBe(200)
    expect(body.byCode).toEqual({ BAD_PHONE: 13, MISSING_PHONE: 12 })
    expect(body.meta).toMatchObject({ page: 1, limit: 10, total: 25, totalPages: 3 })
    expect(body.data[0]).toMatchObject({
      row: 2,
      line: 3,
      problems: [{ column: 'phone', code: 'BAD_PHONE' }],
      values: { external_id: 'T00000010', phone: 'none' },
    })
    const seen: number[] = []
    for (let query = 'limit=10'; ; ) {
      const page = (await get(`/api/operations/${id}/errors?${query}`)).body
      seen.push(...page.data.map((row: { row: number }) => row.row))
      if (page.meta.next === null) break
      query = `limit=10&cursor=${page.meta.next}`
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i + 2))
    const some = (await get(`/api/operations/${id}/errors?code=MISSING_PHONE&page=2&limit=10`)).body
    expect([some.data.length, some.meta.total]).toEqual([2, 12])
    // the column is ASCII, and the database refuses to compare it with other text
    expect((await get(`/api/operations/${id}/errors?code=%C3%A9`)).status).toBe(400)
  })

  it('are a file, safe for spreadsheets, for who may import', async () => {
    const id = await upload(file)
    await rig.run(id)
    const { status, headers, text } = await get(`/api/operations/${id}/errors.csv`)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(headers['content-disposition']).toMatch(/^attachment; filename="refused-\d+\.csv"$/)
    expect(headers['cache-control']).toContain('no-store')
    expect(text.split('\r\n')).toHaveLength(27)
    expect(text).toContain(",'=1+1,2,3,phone,BAD_PHONE,")
    const doctor = await api.signIn('doctor')
    expect((await get(`/api/operations/${id}/errors.csv`, doctor)).status).toBe(404)
  })
})
