import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Appointment } from '../../shared/appointments/schema.ts'
import { toSqlUtc } from '../../shared/units/clock.ts'
import { addDays } from '../../shared/units/dates.ts'
import { type ClinicalApi, startClinicalApi } from '../certificates/testing.ts'
import { someone } from '../queue/testing.ts'

let api: ClinicalApi
let patientId: string
let tomorrow: string

beforeAll(async () => {
  api = await startClinicalApi()
  tomorrow = addDays(api.today, 1)
  patientId = (await api.call('post', '/api/patients').send(someone({ name: 'Kumar CANARY' }))).body.id
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.deps.db('appointment_slots').delete()
  await api.deps.db('appointments').delete()
})

const at = (time: string, day = tomorrow) => `${day}T${time}:00+08:00`
const book = (start: string, more: object = {}, cookie = api.as.assistant) =>
  api
    .call('post', '/api/appointments', cookie)
    .send({ patientId, doctorId: api.doctorId, start, minutes: 15, ...more })
const move = (it: Appointment, body: object, cookie = api.as.assistant) =>
  api.call('post', `/api/appointments/${it.id}/moves`, cookie).send({ version: it.version, ...body })
const arrive = (it: Appointment, body: object = {}, cookie = api.as.assistant) =>
  api.call('post', `/api/appointments/${it.id}/arrive`, cookie).send({ version: it.version, ...body })
const change = (it: Appointment, body: object, cookie = api.as.assistant) =>
  api.call('patch', `/api/appointments/${it.id}`, cookie).send({ version: it.version, ...body })
const list = (query: string, cookie = api.as.assistant) =>
  api.call('get', `/api/appointments?${query}`, cookie)

describe('booking', () => {
  it('takes the time, shows it in the list, and makes the list before old', async () => {
    expect((await list(`day=${tomorrow}`)).body.data).toEqual([])
    const made = await book(at('09:30'), { reason: 'Follow-up' })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      doctorId: api.doctorId,
      patient: { id: patientId, name: 'Kumar CANARY' },
      start: new Date(at('09:30')).toISOString(),
      minutes: 15,
      reason: 'Follow-up',
      status: 'booked',
      version: 1,
    })
    const shown = await list(`day=${tomorrow}`)
    expect(shown.body).toEqual({
      data: [made.body],
      meta: { from: tomorrow, to: tomorrow, total: 1, more: false },
    })
    const again = await list(`day=${tomorrow}`)
    expect(again.headers['x-cache']).toBe('HIT')
    const same = await list(`day=${tomorrow}`).set('If-None-Match', again.headers.etag as string)
    expect(same.status).toBe(304)
    expect((await list(`patient=${patientId}`)).body.data).toEqual([made.body])
    const renamed = await api.call('patch', `/api/patients/${patientId}`).send({
      name: 'Kumar Raj CANARY',
      version: (await api.call('get', `/api/patients/${patientId}`)).body.version,
    })
    expect((await list(`day=${tomorrow}`)).body.data[0].patient.name).toBe(renamed.body.name)
    await api
      .call('patch', `/api/patients/${patientId}`)
      .send({ name: 'Kumar CANARY', version: renamed.body.version })
  })

  it('refuses a time that overlaps with another, for this doctor alone', async () => {
    await book(at('09:30'), { minutes: 30 })
    for (const [time, minutes] of [
      ['09:30', 30],
      ['09:20', 15],
      ['09:55', 5],
      ['09:15', 60],
    ] as const) {
      const answer = await book(at(time), { minutes })
      expect([answer.status, answer.body.code], time).toEqual([409, 'appointment/taken'])
    }
    expect((await book(at('10:00'))).status).toBe(201)
    expect((await book(at('09:30'), { doctorId: api.otherId })).status).toBe(201)
  })

  it('refuses times outside the hours, on holidays, in the past, and off the five minutes', async () => {
    const faulty = async (start: string, more: object = {}) => {
      const answer = await book(start, more)
      expect([answer.status, answer.body.errors?.[0]?.path], start).toEqual([422, 'start'])
    }
    for (const time of ['08:45', '16:50', '22:00', '09:03']) await faulty(at(time))
    await faulty(at('11:00', api.today))
    expect((await book(at('12:30', api.today))).status).toBe(201)
    const holiday = await api
      .call('patch', '/api/settings/clinic.holidays', api.as.admin)
      .send({ value: [tomorrow], version: 0 })
    await faulty(at('09:30'))
    await api
      .call('patch', '/api/settings/clinic.holidays', api.as.admin)
      .send({ value: [], version: holiday.body.version })
    expect((await book(at('09:30'), { patientId: '999999' })).status).toBe(422)
    expect((await book(at('09:30'), { doctorId: '999999' })).status).toBe(422)
    for (const more of [
      { minutes: 7 },
      { minutes: 0 },
      { minutes: 500 },
      { start: 'soon' },
      { status: 'done' },
    ])
      expect((await book(at('09:30'), more)).status).toBe(400)
  })

  it('answers the first appointment to a repeat', async () => {
    const send = () => book(at('09:30')).set('Idempotency-Key', 'book-1')
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect((await book(at('10:30')).set('Idempotency-Key', 'book-1')).status).toBe(422)
  })

  it('offers the free times of a doctor', async () => {
    await book(at('09:15'), { minutes: 30 })
    const free = await api.call(
      'get',
      `/api/appointments/free?doctor=${api.doctorId}&day=${tomorrow}&minutes=15`,
    )
    const times = free.body.data.map((each: string) => new Date(each).getTime())
    expect(times).toHaveLength(32 - 2)
    expect(times).not.toContain(Date.parse(at('09:15')))
    expect(times).toContain(Date.parse(at('09:45')))
  })
})

describe('another time', () => {
  it('takes the new and frees the old one at once', async () => {
    const made = (await book(at('09:30'))).body
    const moved = await change(made, { start: at('10:30'), minutes: 30 })
    expect(moved.body).toMatchObject({ start: new Date(at('10:30')).toISOString(), minutes: 30, version: 2 })
    expect((await book(at('09:30'))).status).toBe(201)
    expect((await book(at('10:45'))).status).toBe(409)
    const stale = await change(made, { reason: 'x' })
    expect([stale.status, stale.body.code, stale.body.current.version]).toEqual([409, 'state/version', 2])
  })

  it('that is taken is refused, and the old one stays', async () => {
    const made = (await book(at('09:30'))).body
    await book(at('10:30'))
    expect((await change(made, { start: at('10:30') })).body.code).toBe('appointment/taken')
    expect((await book(at('09:30'))).status).toBe(409)
    expect((await change(made, { minutes: 45 })).status).toBe(200)
  })
})

describe('moves', () => {
  it('go as the table says, free the time, and are refused afterwards with the present state', async () => {
    const made = (await book(at('09:30'))).body
    const cancelled = await move(made, { to: 'cancelled', reason: 'Called off' })
    expect(cancelled.body).toMatchObject({ status: 'cancelled', statusReason: 'Called off', version: 2 })
    const next = (await book(at('09:30'))).body
    const again = await move(cancelled.body, { to: 'done' })
    expect([again.status, again.body.code, again.body.current.status]).toEqual([
      409,
      'state/conflict',
      'cancelled',
    ])
    expect((await change(cancelled.body, { reason: 'x' })).body.code).toBe('state/conflict')
    expect((await move(next, { to: 'no_show' })).status).toBe(422)
    // the clock cannot be put ahead: sessions would end
    const past = toSqlUtc(new Date(Date.now() - 2 * 24 * 3_600_000))
    await api.deps.db('appointments').where({ id: next.id }).update({ start_at: past })
    expect((await move(next, { to: 'no_show' })).body.status).toBe('no_show')
    expect((await move(next, { to: 'arrived' })).status).toBe(400)
  })

  it('two at once: one happens, the other is told', async () => {
    const made = (await book(at('09:30'))).body
    const answers = await Promise.all([
      move(made, { to: 'cancelled' }),
      change(made, { start: at('11:00') }),
      move(made, { to: 'cancelled' }),
    ])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2)
  })
})

describe('arrival', () => {
  it('makes a ticket for the doctor in one step, once', async () => {
    const made = (await book(at('14:00', api.today), { reason: 'Follow-up' })).body
    const answers = await Promise.all([arrive(made), arrive(made), arrive(made)])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    const { ticket, appointment } = answers.find(({ status }) => status === 201)?.body ?? {}
    expect(ticket).toMatchObject({
      status: 'waiting',
      doctorId: api.doctorId,
      patient: { id: patientId },
      reason: 'Follow-up',
    })
    expect(appointment).toMatchObject({ status: 'arrived', version: 2 })
    expect((await list(`day=${api.today}`)).body.data[0].status).toBe('arrived')
    expect(await api.deps.db('tickets').where({ patient_id: patientId })).toHaveLength(1)
    expect((await move(appointment, { to: 'done' })).body.status).toBe('done')
  })

  it('answers the same ticket to a repeat under its key', async () => {
    const made = (await book(at('14:00', api.today))).body
    const send = () => arrive(made).set('Idempotency-Key', 'arrive-1')
    const [first, second] = [await send(), await send()]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.ticket.id).toBe(first.body.ticket.id)
  })

  it('on another day is refused, and then there is no ticket', async () => {
    const before = await api.deps.db('tickets').count({ n: '*' }).first()
    const made = (await book(at('09:30'))).body
    expect((await arrive(made)).status).toBe(422)
    expect(await api.deps.db('tickets').count({ n: '*' }).first()).toEqual(before)
    expect((await api.call('get', `/api/appointments/${made.id}`)).body.status).toBe('booked')
  })
})

describe('rights', () => {
  it('doctors see and change their own, cashiers look, pharmacists do not', async () => {
    const own = (await book(at('09:30'), {}, api.as.doctor)).body
    const others = (await book(at('10:30'), { doctorId: api.otherId })).body
    expect((await book(at('11:30'), { doctorId: api.otherId }, api.as.doctor)).status).toBe(403)
    expect((await move(others, { to: 'cancelled' }, api.as.doctor)).status).toBe(403)
    expect((await change(own, { doctorId: api.otherId }, api.as.doctor)).status).toBe(403)
    expect((await api.call('get', `/api/appointments/${others.id}`, api.as.doctor)).status).toBe(403)
    const shown = await list(`day=${tomorrow}`, api.as.doctor)
    expect(shown.body.data.map(({ id }: Appointment) => id)).toEqual([own.id])
    expect((await list(`day=${tomorrow}&doctor=${api.otherId}`, api.as.doctor)).status).toBe(403)
    expect((await list(`day=${tomorrow}`, api.as.cashier)).body.data).toHaveLength(2)
    expect((await book(at('11:30'), {}, api.as.cashier)).status).toBe(403)
    const pharmacist = await api.signIn('pharmacist')
    expect((await list('', pharmacist)).status).toBe(403)
  })

  it('asks in a form that can be answered', async () => {
    const wrong = [
      `from=${tomorrow}`,
      `day=${tomorrow}&from=${tomorrow}&to=${tomorrow}`,
      'day=x',
      'status=x',
      'x=1',
    ]
    for (const query of wrong) expect((await list(query)).status, query).toBe(400)
    expect((await list(`from=${tomorrow}&to=${addDays(tomorrow, 100)}`)).status).toBe(400)
    expect((await api.call('get', '/api/appointments/0')).status).toBe(404)
  })
})
