import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Role } from '../../shared/rights/permissions.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
beforeEach(() => api.deps.emptyTables())
afterAll(() => api.close())

const PATH = '/api/schedules/reports'
const DAILY = { title: 'Takings', report: 'daily-collection', period: 'yesterday', every: 'day', at: '06:00' }

const send = (method: 'get' | 'post' | 'patch' | 'delete', path: string, cookie: string) =>
  api.http[method](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')

async function made(cookie: string, more: object = {}): Promise<{ name: string; version: number }> {
  const answer = await send('post', PATH, cookie).send({ ...DAILY, ...more })
  expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ title: 'Takings' })])
  return answer.body
}
const titlesOf = async (cookie: string): Promise<string[]> =>
  (await send('get', PATH, cookie)).body.data.map(({ title }: { title: string }) => title)

describe('a report that is made by itself', () => {
  it('is asked for as any report is: by those who may have it', async () => {
    const statuses: Record<string, number> = {}
    for (const role of ['admin', 'doctor', 'assistant', 'pharmacist', 'cashier'] as Role[])
      statuses[role] = (await send('post', PATH, await api.signIn(role)).send(DAILY)).status
    // a doctor's user who is no doctor of the clinic has no figures of his own
    expect(statuses).toEqual({ admin: 201, doctor: 403, assistant: 201, pharmacist: 403, cashier: 201 })
    expect((await api.http.get(PATH)).status).toBe(401)
  })

  it('shows its next time, its question and its owner', async () => {
    const admin = await api.signIn('admin')
    const { name } = await made(admin, {
      ...{ recipients: ['owner@clinic.test'], attach: true, every: 'week', weekday: 1, params: {} },
    })
    const { body } = await send('get', `${PATH}/${name}`, admin)
    expect(body).toMatchObject({
      ...{ name, report: 'daily-collection', period: 'yesterday', every: 'week', weekday: 1, at: '06:00' },
      ...{ format: 'pdf', language: 'en', recipients: ['owner@clinic.test'], attach: true, enabled: true },
      ...{ lastMail: null, lastOperationId: null, owner: { id: await api.user('admin') }, version: 1 },
    })
    expect(Date.parse(body.nextAt)).toBeGreaterThan(Date.now())
    const [entry] = await api.deps.db('audit_entries').where({ action: 'schedules.create' })
    expect(entry).toMatchObject({ entity: 'schedule', entity_id: name })
  })

  it("is one's own; whoever may have every report sees and ends the others' too", async () => {
    const [admin, cashier, assistant] = [
      await api.signIn('admin'),
      await api.signIn('cashier'),
      await api.signIn('assistant'),
    ]
    const { name } = await made(cashier)
    await made(admin)
    expect([await titlesOf(cashier), await titlesOf(assistant)]).toEqual([['Takings'], []])
    expect(await titlesOf(admin)).toEqual(['Takings', 'Takings'])
    for (const [method, path] of [
      ['get', ''],
      ['delete', ''],
      ['post', '/run'],
    ] as const)
      expect((await send(method, `${PATH}/${name}${path}`, assistant)).status).toBe(404)
    expect(
      (await send('patch', `${PATH}/${name}`, assistant).send({ version: 1, enabled: false })).status,
    ).toBe(404)
    expect((await send('delete', `${PATH}/${name}`, admin)).status).toBe(204)
    expect(await titlesOf(cashier)).toEqual([])
    expect(await api.deps.db('schedules').where({ name })).toEqual([])
  })

  it('of several who change it at once is changed by one; the others see it as it is', async () => {
    const admin = await api.signIn('admin')
    const { name, version } = await made(admin)
    const answers = await Promise.all(
      ['07:00', '08:00', '09:00'].map((at) => send('patch', `${PATH}/${name}`, admin).send({ version, at })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    const { body } = await send('get', `${PATH}/${name}`, admin)
    const won = answers.find(({ status }) => status === 200)
    expect([body.at, body.version]).toEqual([won?.body.at, 2])
    for (const lost of answers.filter(({ status }) => status === 409))
      expect(lost.body).toMatchObject({ code: 'state/version', current: { at: body.at } })
  })

  it('is made once for one key, however often it is asked for', async () => {
    const admin = await api.signIn('admin')
    const ask = (body: object) => send('post', PATH, admin).set('Idempotency-Key', 'once').send(body)
    const answers = await Promise.all([ask(DAILY), ask(DAILY), ask(DAILY)])
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ body }) => body.name)).size).toBe(1)
    expect(await titlesOf(admin)).toHaveLength(1)
    expect((await ask({ ...DAILY, at: '07:00' })).status).toBe(422)
  })

  it.each([
    [400, { report: 'patient-access' }],
    [400, { period: 'always' }],
    [400, { every: 'hour' }],
    [400, { recipients: ['no address'] }],
    [400, { recipients: ['a@clinic.test\nbcc: b@clinic.test'] }],
    [400, { params: { from: '2026-01-01' } }],
    [400, { params: { nothing: 1 } }],
    [400, { more: 1 }],
    [422, { every: 'week' }],
    [422, { every: 'month' }],
    [422, { report: 'panel-statement', params: { panelId: '1' }, period: 'last-month', attach: true }],
  ])('is refused with %i: %j', async (status, change) => {
    const answer = await send('post', PATH, await api.signIn('admin')).send({ ...DAILY, ...change })
    expect([answer.status, answer.body.code]).toEqual([status, expect.any(String)])
    expect(await api.deps.db('report_schedules')).toEqual([])
  })

  it('is sent to nobody by those who may not have every report', async () => {
    const cashier = await api.signIn('cashier')
    const asked = await send('post', PATH, cashier).send({ ...DAILY, recipients: ['me@home.test'] })
    expect([asked.status, asked.body.errors]).toEqual([
      422,
      [expect.objectContaining({ path: 'recipients' })],
    ])
    const { name } = await made(cashier)
    const changed = await send('patch', `${PATH}/${name}`, cashier).send({
      version: 1,
      recipients: ['me@home.test'],
    })
    expect(changed.status).toBe(422)
  })
})
