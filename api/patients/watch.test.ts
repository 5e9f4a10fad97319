import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import type { AuditReview } from '../../shared/audit/schema.ts'
import { watch } from '../../shared/patients/schema.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { someone } from '../queue/testing.ts'

let api: TestApi
let chief: string
let assistant: string
beforeAll(async () => {
  api = await startTestApi()
  chief = await api.signIn('super_admin')
  assistant = await api.signIn('assistant')
})
afterAll(() => api.close())

const call = (verb: 'get' | 'put' | 'post', path: string, cookie = chief) =>
  request(api.url)[verb](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const register = async (): Promise<string> =>
  (await call('post', '/api/patients', assistant).send(someone())).body.id
const put = (id: string, reason: string | null, cookie = chief) =>
  call('put', `/api/patients/${id}/watch`, cookie).send({ reason })
const review = async (): Promise<AuditReview> =>
  (await call('get', `/api/audit/review?day=${clinicDay()}`)).body
const names = ({ watched }: AuditReview) => watched.map(({ user }) => user.username)

it('reports who looked at a watched record, and nobody who looked at another', async () => {
  const [known, other] = [await register(), await register()]
  const begun = await put(known, 'Member of staff')
  expect(begun.status, begun.text).toBe(200)
  expect(watch.strict().parse(begun.body)).toMatchObject({ reason: 'Member of staff', by: 'super_admin' })
  expect((await call('get', `/api/patients/${known}/watch`)).body).toEqual(begun.body)
  const doctor = await api.signIn('doctor')
  const cashier = await api.signIn('cashier')
  await call('get', `/api/patients/${known}`, doctor)
  await call('get', `/api/patients/${other}`, cashier)
  const listed = (await call('get', '/api/patients/watched')).body.data
  expect(listed).toMatchObject([{ patient: { id: known }, reason: 'Member of staff' }])
  // looks are in a file first
  await api.services.spool.close()
  await drainOnce(api.deps)
  expect(names(await review())).toContain('doctor')
  expect(names(await review())).not.toContain('cashier')
  // whoever keeps the list is no news to himself
  expect(names(await review())).not.toContain('super_admin')
  expect((await put(known, null)).body).toEqual({ reason: null, since: null, by: null })
  expect(names(await review())).toEqual([])
  const audit = await api.deps.db('audit_entries').where({ entity_id: known }).pluck('action')
  expect(audit).toEqual(expect.arrayContaining(['patients.watch', 'patients.unwatch']))
})

it('says the latest reason, and is for those who answer for the clinic alone', async () => {
  const id = await register()
  await put(id, 'One')
  expect((await put(id, ' Two ')).body.reason).toBe('Two')
  for (const reason of ['', ' ', 'x'.repeat(201), 7])
    expect((await put(id, reason as string)).status).toBe(400)
  expect((await put('999999', 'x')).status).toBe(404)
  expect((await put('x', 'x')).status).toBe(404)
  for (const role of ['admin', 'doctor', 'assistant'] as const) {
    const cookie = await api.signIn(role)
    expect((await put(id, 'x', cookie)).status).toBe(403)
    expect((await call('get', '/api/patients/watched', cookie)).status).toBe(403)
    expect((await call('get', `/api/patients/${id}/watch`, cookie)).status).toBe(403)
  }
})

it('stays with the record that two are made into', async () => {
  const [one, other] = [await register(), await register()]
  await put(other, 'Known person')
  const body = { otherId: other, version: 1, otherVersion: 1 }
  expect((await call('post', `/api/patients/${one}/merge`).send(body)).status).toBe(201)
  expect((await call('get', `/api/patients/${one}/watch`)).body.reason).toBe('Known person')
  expect((await call('get', `/api/patients/${other}/watch`)).body.code).toBe('state/merged')
})
