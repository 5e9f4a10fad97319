import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doctor, doctorList } from '../../shared/doctors/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let admin: string
let assistant: string

beforeAll(async () => {
  api = await startTestApi()
  admin = await api.signIn('admin')
  assistant = await api.signIn('assistant')
})
afterAll(() => api.close())

const call = (verb: 'get' | 'post' | 'patch', path: string, cookie = admin) =>
  request(api.url)[verb](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')

let serial = 0
const add = async (more: Record<string, unknown> = {}) => {
  serial++
  const answer = await call('post', '/api/doctors').send({ code: `D${serial}`, name: 'Dr. Lim', ...more })
  expect(answer.status, answer.text).toBe(201)
  return doctor.strict().parse(answer.body)
}

describe('doctors', () => {
  it('are added, listed and read from the cache, and 304', async () => {
    const hours = { mon: [{ from: '09:00', to: '13:00' }], sat: [] }
    const userId = await api.user('doctor')
    const made = await add({
      name: '  Dr. Aminah 李  ',
      userId,
      room: 'Room 2',
      workingHours: hours,
      mmcNumber: '45678',
    })
    expect(made).toMatchObject({
      name: 'Dr. Aminah 李',
      userId,
      workingHours: hours,
      active: true,
      version: 1,
    })
    const list = await call('get', '/api/doctors', assistant)
    expect(doctorList.parse(list.body).data).toContainEqual(made)
    const again = await call('get', '/api/doctors', assistant).set('If-None-Match', String(list.headers.etag))
    expect(again.status).toBe(304)
    const first = await call('get', `/api/doctors/${made.id}`)
    const second = await call('get', `/api/doctors/${made.id}`)
    expect(first.body).toEqual(made)
    expect(second.headers).toMatchObject({ 'x-cache': 'HIT', 'cache-control': 'private, no-cache' })
  })

  it('are changed by version or ETag, and the next read says so', async () => {
    const { id } = await add()
    const before = await call('get', `/api/doctors/${id}`)
    const changed = await call('patch', `/api/doctors/${id}`).send({ room: 'A', version: 1 })
    expect(changed.body).toMatchObject({ room: 'A', version: 2, name: 'Dr. Lim' })
    expect((await call('get', `/api/doctors/${id}`)).body).toEqual(changed.body)
    const late = await call('patch', `/api/doctors/${id}`)
      .set('If-Match', String(before.headers.etag))
      .send({ active: false })
    expect(late.status).toBe(409)
    expect(late.body).toMatchObject({ code: 'state/version', current: { room: 'A', version: 2 } })
    const off = await call('patch', `/api/doctors/${id}`).set('If-Match', '"2"').send({ active: false })
    expect(off.body).toMatchObject({ active: false, version: 3 })
    expect((await call('patch', `/api/doctors/${id}`).send({ room: 'B' })).status).toBe(400)
    const rows = await api.deps.db('audit_entries').where({ entity: 'doctor', entity_id: id }).orderBy('id')
    expect(rows.map((row) => row.action)).toEqual(['doctors.create', 'doctors.update', 'doctors.update'])
  })

  it('lets one of many simultaneous changes win', async () => {
    const { id } = await add()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        call('patch', `/api/doctors/${id}`).send({ room: `R${n}`, version: 1 }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(11)
  })

  it('name what is taken or not there', async () => {
    const one = await add({ mmcNumber: '33221' })
    const taken = await call('post', '/api/doctors').send({ code: one.code, name: 'x' })
    expect([taken.status, taken.body.field]).toEqual([409, 'code'])
    const two = await add()
    const number = await call('patch', `/api/doctors/${two.id}`).send({ mmcNumber: '33221', version: 1 })
    expect([number.status, number.body.field]).toEqual([409, 'mmcNumber'])
    const nobody = await call('post', '/api/doctors').send({ code: 'ZZ', name: 'x', userId: '999999' })
    expect([nobody.status, nobody.body.errors[0].path]).toEqual([422, 'userId'])
  })

  it.each([
    { code: 'lower' },
    { name: ' ' },
    { name: '\ud800' },
    { mmcNumber: '00000' },
    { mmcNumber: '12345' },
    { mmcNumber: 'MMC12345' },
    { apcNumber: '0/0000' },
    { workingHours: { mon: [{ from: '12:00', to: '09:00' }] } },
    {
      workingHours: {
        mon: [
          { from: '09:00', to: '13:00' },
          { from: '12:00', to: '15:00' },
        ],
      },
    },
    { workingHours: { someday: [] } },
    { active: 'yes' },
    { id: '1' },
    { version: 3 },
    { userId: 1 },
  ])('refuse %j', async (more) => {
    const answer = await call('post', '/api/doctors').send({ code: 'OK', name: 'Dr. X', ...more })
    expect(answer.status).toBe(400)
  })

  it.each(['0', 'abc', '999999', '99999999999999999999'])('are not found by %s', async (id) => {
    expect((await call('get', `/api/doctors/${id}`)).status).toBe(404)
    expect((await call('patch', `/api/doctors/${id}`).send({ room: 'x', version: 1 })).status).toBe(404)
  })

  it('are kept by administrators alone', async () => {
    for (const role of ['doctor', 'assistant', 'pharmacist', 'cashier'] as const) {
      const cookie = await api.signIn(role)
      expect((await call('post', '/api/doctors', cookie).send({ code: 'NO', name: 'x' })).status).toBe(403)
      expect((await call('get', '/api/doctors', cookie)).status).toBe(200)
    }
  })
})
