import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import { removeExpired } from '../../shared/files/commands.ts'
import { rangeOf } from '../../shared/files/range.ts'
import type { Role } from '../../shared/rights/permissions.ts'
import { type FileRig, fileRig } from '../../workers/files/testing.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let rig: FileRig
let admin: string

beforeAll(async () => {
  api = await startTestApi()
  rig = fileRig(api.deps)
})
beforeEach(async () => {
  await api.deps.emptyTables()
  admin = await api.signIn('admin')
})
afterAll(async () => {
  await rig.close()
  await api.close()
})

const send = (method: 'post' | 'delete' | 'get', path: string, cookie = admin) =>
  api.http[method](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')

/** Asks for an export, has it made, and answers its operation's id. */
async function exported(kind = 'medications', format = 'csv', cookie = admin): Promise<string> {
  const asked = await send('post', '/api/exports', cookie).send({ kind, format })
  expect(asked.status).toBe(202)
  const { id } = asked.body.operation
  await rig.run(id)
  return id
}
const result = (id: string, cookie = admin) => send('get', `/api/operations/${id}/result`, cookie)

describe('asking', () => {
  it.each([
    ['admin', 'patients', 202],
    ['super_admin', 'payments', 202],
    ['doctor', 'patients', 403],
    ['assistant', 'patients', 403],
    ['pharmacist', 'medications', 403],
    ['cashier', 'payments', 403],
  ] as [Role, string, number][])('%s for %s is answered %i', async (role, kind, status) => {
    const answer = await send('post', '/api/exports', await api.signIn(role)).send({ kind })
    expect(answer.status).toBe(status)
  })

  it('by grant opens medicines and nothing else', async () => {
    const cookie = await api.signIn('pharmacist')
    const user_id = await api.user('pharmacist')
    await api.deps
      .db('user_grants')
      .insert({ user_id, permission: 'exports.medications', granted_by: await api.user('admin') })
    const fresh = await api.signIn('pharmacist')
    expect(cookie).not.toBe(fresh)
    expect((await send('post', '/api/exports', fresh).send({ kind: 'medications' })).status).toBe(202)
    expect((await send('post', '/api/exports', fresh).send({ kind: 'patients' })).status).toBe(403)
  })

  it.each([
    { kind: 'nothing' },
    { kind: 'payments', format: 'fhir' },
    { kind: 'patients', filter: { from: '2026-02-02', to: '2026-02-01' } },
    { kind: 'patients', filter: { doctorId: '1' } },
    { kind: 'patients', more: 1 },
  ])('wrongly is refused: %j', async (body) => {
    expect((await send('post', '/api/exports').send(body)).status).toBe(400)
  })

  it('twice under one key is one operation', async () => {
    const ask = (kind: string) => send('post', '/api/exports').set('Idempotency-Key', 'k1').send({ kind })
    const [one, other] = await Promise.all([ask('patients'), ask('patients')])
    expect(one.body.operation.id).toBe(other.body.operation.id)
    expect((await ask('visits')).status).toBe(422)
  })

  it.each([
    ['doctor', 'visits', 403],
    ['pharmacist', 'stock', 202],
    ['pharmacist', 'revenue', 403],
    ['cashier', 'daily-collection', 202],
    ['cashier', 'stock', 403],
    ['assistant', 'visits', 422],
  ] as [Role, string, number][])('%s for the report %s is answered %i', async (role, report, status) => {
    const params = report === 'stock' ? {} : { from: '2026-11-01', to: '2026-11-02' }
    const answer = await send('post', '/api/reports', await api.signIn(role)).send({ report, params })
    expect(answer.status).toBe(status)
  })

  it('for the catalogue shows what one may have', async () => {
    const names = async (role: Role) => {
      const { body } = await send('get', '/api/reports/catalog', await api.signIn(role))
      return body.data.map(({ name }: { name: string }) => name)
    }
    expect(await names('pharmacist')).toEqual(['medication-use', 'stock'])
    expect(await names('cashier')).toEqual(['daily-collection'])
    expect(await names('super_admin')).toHaveLength(12)
  })

  it('to take back an export is refused with the record', async () => {
    const answer = await send('post', `/api/operations/${await exported()}/undo`)
    expect(answer.status).toBe(409)
    expect(answer.body.operation).toMatchObject({ type: 'export', status: 'completed' })
  })
})

describe('the result', () => {
  it('is the file under its name, whole, by parts, and on record', async () => {
    const id = await exported()
    const whole = await result(id)
    expect(whole.status).toBe(200)
    expect(whole.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'accept-ranges': 'bytes',
      'content-length': String(Buffer.byteLength(whole.text)),
    })
    expect(whole.headers['content-disposition']).toMatch(/^attachment; filename="medications-[\d-]+\.csv"$/)
    const part = await result(id).set('Range', 'bytes=4-9')
    expect([part.status, part.text]).toEqual([206, whole.text.slice(1).slice(1, 7)])
    expect(part.headers['content-range']).toBe(`bytes 4-9/${whole.headers['content-length']}`)
    const other = await result(id).set('Range', 'bytes=4-9').set('If-Range', '"another"')
    expect(other.status).toBe(200)
    expect((await result(id).set('Range', 'bytes=999999-')).status).toBe(416)
    await expect
      .poll(
        async () => {
          await drainOnce(api.deps)
          return api.deps.db('audit_entries').where({ action: 'exports.download', entity_id: id })
        },
        { interval: 300, timeout: 20_000 },
      )
      .toHaveLength(4)
  })

  it('of others does not exist, and of a right that was taken away is refused', async () => {
    const id = await exported()
    expect((await result(id, await api.signIn('doctor'))).status).toBe(404)
    const waiting = await send('post', '/api/exports').send({ kind: 'patients' })
    expect((await result(waiting.body.operation.id)).status).toBe(404)
    const pharmacist = await api.user('pharmacist')
    await api.deps.db('operations').where({ id }).update({ created_by: pharmacist })
    expect((await result(id, await api.signIn('pharmacist'))).status).toBe(403)
  })

  it('is gone after its time, and so is the file', async () => {
    const id = await exported()
    await api.deps.db('result_files').update({ expires_at: '2026-01-01 00:00:00' })
    const answer = await result(id)
    expect([answer.status, answer.body.code]).toEqual([410, 'file/expired'])
    expect((await send('get', '/api/files')).body.data).toEqual([])
    expect(await removeExpired(api.deps)).toBe(1)
    expect(await removeExpired(api.deps)).toBe(0)
  })
})

describe('the shelf', () => {
  it('shows one’s own files, newest first, page by page', async () => {
    const ids = [await exported(), await exported('visits'), await exported('payments')]
    const first = await send('get', '/api/files?limit=2')
    expect(first.body.data.map(({ operationId }: { operationId: string }) => operationId)).toEqual([
      ids[2],
      ids[1],
    ])
    const rest = await send('get', `/api/files?limit=2&cursor=${first.body.meta.next}`)
    expect(rest.body.data).toHaveLength(1)
    expect(rest.body.meta.next).toBeNull()
    expect((await send('get', '/api/files', await api.signIn('cashier'))).body.data).toEqual([])
  })

  it('gives a file away once, of two who do it at the same time', async () => {
    const id = await exported()
    const [file] = (await send('get', '/api/files')).body.data
    expect((await send('delete', `/api/files/${file.id}`, await api.signIn('cashier'))).status).toBe(404)
    const both = await Promise.all([1, 2].map(() => send('delete', `/api/files/${file.id}`)))
    expect(both.map(({ status }) => status).sort()).toEqual([204, 410])
    expect((await result(id)).status).toBe(410)
  })
})

it.each([
  [undefined, 'whole'],
  ['bytes=0-0', { from: 0, to: 0 }],
  ['bytes=5-', { from: 5, to: 9 }],
  ['bytes=-3', { from: 7, to: 9 }],
  ['bytes=-30', { from: 0, to: 9 }],
  ['bytes=8-99', { from: 8, to: 9 }],
  ['bytes=10-', 'none'],
  ['bytes=-0', 'none'],
  ['bytes=5-2', 'whole'],
  ['bytes=0-1,3-4', 'whole'],
  ['rows=1-2', 'whole'],
  ['bytes=-', 'whole'],
] as const)('Range %s of ten bytes', (header, expected) => {
  expect(rangeOf(header, 10)).toEqual(expected)
})
