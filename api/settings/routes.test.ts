import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SETTING_NAMES, SETTINGS } from '../../shared/settings/definitions.ts'
import { settingsOf } from '../../shared/settings/reads.ts'
import { type Setting, setting, settingList } from '../../shared/settings/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let admin: string

beforeAll(async () => {
  api = await startTestApi()
  admin = await api.signIn('admin')
})
afterAll(() => api.close())

const call = (verb: 'get' | 'patch', path: string, cookie = admin) =>
  request(api.url)[verb](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const all = async () => settingList.parse((await call('get', '/api/settings')).body).data
const one = async (name: string) => (await all()).find((each) => each.name === name) as Setting

describe('settings', () => {
  it('have defaults that their own definitions take', () => {
    for (const name of SETTING_NAMES)
      expect(SETTINGS[name].schema.safeParse(SETTINGS[name].default).success, name).toBe(true)
  })

  it('are all there with their defaults, cached, and 304', async () => {
    const list = await call('get', '/api/settings')
    expect(settingList.parse(list.body).data.map(({ name }) => name)).toEqual(SETTING_NAMES)
    const again = await call('get', '/api/settings')
    expect(again.headers['x-cache']).toBe('HIT')
    const same = await call('get', '/api/settings').set('If-None-Match', String(list.headers.etag))
    expect(same.status).toBe(304)
  })

  it('change for everybody at once, with version, audit and rules that see it', async () => {
    const changed = await call('patch', '/api/settings/clinic.name').send({
      value: 'Klinik Ceria',
      version: 0,
    })
    expect(setting.strict().parse(changed.body)).toMatchObject({ value: 'Klinik Ceria', version: 1 })
    expect(await one('clinic.name')).toEqual(changed.body)
    expect((await settingsOf(api.deps))['clinic.name']).toBe('Klinik Ceria')
    const late = await call('patch', '/api/settings/clinic.name').send({ value: 'Other', version: 0 })
    expect(late.status).toBe(409)
    expect(late.body.current).toEqual(changed.body)
    const rows = await api.deps.db('audit_entries').where({ entity: 'setting', entity_id: 'clinic.name' })
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain('Ceria')
  })

  it('let one of many simultaneous first changes win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        call('patch', '/api/settings/queue.waitingWarnMin').send({ value: n + 1, version: 0 }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)])
  })

  it.each([
    ['queue.ticketFormat', 'abc'],
    ['queue.ticketFormat', 'ABCD01'],
    ['queue.ticketStart', 0],
    ['queue.ticketStart', 1.5],
    ['queue.priorityOrder', ['normal', 'normal', 'elderly', 'child', 'emergency']],
    ['display.names', 'full'],
    ['clinic.name', ' '],
    ['clinic.phone', 'call us'],
    ['display.languages', ['xx']],
  ])('refuse for %s the value %j', async (name, value) => {
    const before = await one(name)
    const answer = await call('patch', `/api/settings/${name}`).send({ value, version: before.version })
    expect(answer.status).toBe(422)
    expect(await one(name)).toEqual(before)
  })

  it('refuse unknown names, fields and shapes', async () => {
    for (const name of ['nothing', 'constructor', '__proto__', 'toString'])
      expect((await call('patch', `/api/settings/${name}`).send({ value: 1, version: 0 })).status).toBe(404)
    for (const body of [
      { value: { a: 1 }, version: 0 },
      { value: 1 },
      { value: 'x', version: 0, group: 'y' },
    ])
      expect((await call('patch', '/api/settings/clinic.name').send(body)).status).toBe(400)
  })

  it('are for administrators alone', async () => {
    for (const role of ['doctor', 'assistant', 'pharmacist', 'cashier'] as const) {
      const cookie = await api.signIn(role)
      expect((await call('get', '/api/settings', cookie)).status).toBe(403)
      const body = { value: 'x', version: 0 }
      expect((await call('patch', '/api/settings/clinic.name', cookie).send(body)).status).toBe(403)
    }
  })
})
