import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { board, newTicket, registration } from '../../shared/queue/schema.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { type QueueApi, someone, startQueueApi } from './testing.ts'

let api: QueueApi
let second: TestApi

beforeAll(async () => {
  api = await startQueueApi()
  second = await startTestApi({ deps: api.deps })
})
afterAll(async () => {
  await second.close()
  await api.close()
})
beforeEach(async () => {
  for (const table of ['ticket_moves', 'tickets', 'visits', 'ticket_counters', 'outbox_events', 'settings'])
    await api.deps.database.admin(table).delete()
  await bumpGenerations(api.deps, ['settings', 'queue'])
})

const register = (body: Record<string, unknown>, cookie = api.as.assistant, url = api.url) =>
  api.call('post', '/api/registrations', cookie, url).send(body)
describe('registering and queueing', () => {
  it('stores patient and ticket together, and the board shows it at once', async () => {
    const answer = await register({
      patient: someone({ name: 'Aminah "李" 😀' }),
      ticket: { priority: 'elderly', reason: 'Cough' },
    })
    expect(answer.status, answer.text).toBe(201)
    const { ticket, patient } = registration.parse(answer.body)
    expect(ticket).toMatchObject({
      number: 'A001',
      status: 'waiting',
      day: clinicDay(),
      patient,
      priority: 'elderly',
      reason: 'Cough',
      doctorId: null,
      order: [2, 1],
      version: 1,
    })
    const seen = await api.call('get', '/api/queue')
    const { slipToken, ...shown } = ticket
    expect(board.parse(seen.body)).toMatchObject({ data: [shown], meta: { total: 1, next: null } })
    expect(seen.text).not.toContain(slipToken)
    expect((await api.call('get', `/api/patients/${patient.id}`)).body.name).toBe('Aminah "李" 😀')
  })

  it('tells staff everything and screens only number and masked name', async () => {
    const { slipToken, ...ticket } = await api.ticket({}, { name: 'Nurul Huda binti Ali' })
    const rows = await api.deps.db('outbox_events').orderBy('id').select('topic', 'body')
    const bodies = rows.map(({ topic, body }) => [
      topic,
      (typeof body === 'string' ? JSON.parse(body) : body).body,
    ])
    expect(bodies).toMatchObject([
      ['queue', { type: 'queue.created', entity: ticket }],
      [
        'display',
        {
          type: 'queue.created',
          entity: {
            id: 'A001',
            number: 'A001',
            state: 'waiting',
            room: null,
            name: 'N*** H***',
            callId: null,
            version: 1,
          },
        },
      ],
    ])
    expect(Object.keys(bodies[1]?.[1].entity)).toHaveLength(7)
    const stored = await api.deps.db('tickets').first('slip_hash')
    expect(JSON.stringify([rows, stored])).not.toContain(slipToken)
  })

  it('takes patients from the file, by either call', async () => {
    const { patient } = await api.ticket()
    const one = await register({ patientId: patient.id, ticket: {} })
    const two = await api.call('post', '/api/queue').send({ patientId: patient.id, priority: 'child' })
    expect(newTicket.parse(two.body)).toMatchObject({ number: 'A003', patient, priority: 'child' })
    expect(one.body.patient).toEqual(patient)
    const audit = await api.deps
      .db('audit_entries')
      .where({ patient_id: patient.id })
      .orderBy('id')
      .pluck('action')
    expect(audit).toEqual(['patients.register', 'queue.create', 'queue.create', 'queue.create'])
  })

  it('takes families, new and known, on one ticket, all of them or nobody', async () => {
    const { patient } = await api.ticket()
    const members = [
      { patient: someone({ name: 'Father Tan' }) },
      { patientId: patient.id },
      { patient: someone() },
    ]
    const answer = await api
      .call('post', '/api/queue/groups')
      .send({ members, ticket: { reason: 'All cough' } })
    expect(answer.status, answer.text).toBe(201)
    expect(answer.body.patient.name).toBe('Father Tan')
    expect(answer.body.members).toHaveLength(3)
    expect(answer.body.members[1]).toEqual(patient)
    const shown = (await api.board()).find(({ id }) => id === answer.body.id)
    expect(shown?.members).toEqual(answer.body.members)
    expect(await api.deps.db('visits')).toHaveLength(4)

    const before = await Promise.all(
      ['patients', 'visits', 'tickets', 'audit_entries'].map((t) => api.deps.db(t).count({ n: '*' })),
    )
    const bad = [{ patient: someone() }, { patientId: '999999999' }]
    const refused = await api.call('post', '/api/queue/groups').send({ members: bad })
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'members.1.patientId'])
    const typed = [{ patientId: patient.id }, { patient: someone({ phone: 'CANARY' }) }]
    const wrong = await api.call('post', '/api/queue/groups').send({ members: typed })
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([422, 'members.1.patient.phone'])
    expect(wrong.text).not.toContain('CANARY')
    const twice = [{ patientId: patient.id }, { patientId: patient.id }]
    expect((await api.call('post', '/api/queue/groups').send({ members: twice })).status).toBe(422)
    const after = await Promise.all(
      ['patients', 'visits', 'tickets', 'audit_entries'].map((t) => api.deps.db(t).count({ n: '*' })),
    )
    expect(after).toEqual(before)
    expect((await api.ticket()).number).toBe('A003')
  })

  it('names who has the identity number, and leaves no ticket', async () => {
    const person = someone()
    await register({ patient: person, ticket: {} })
    const answer = await register({ patient: person, ticket: {} })
    expect(answer.status).toBe(409)
    expect(answer.body).toMatchObject({ code: 'state/duplicate', field: 'idNumber' })
    expect(await api.board()).toHaveLength(1)
    expect((await api.ticket()).number).toBe('A002')
  })

  it('makes one ticket of a request that came twice', async () => {
    const body = { patient: someone(), ticket: {} }
    const send = () => register(body).set('Idempotency-Key', 'desk-7')
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map((answer) => answer.body.ticket.id)).size).toBe(1)
    expect(await api.board()).toHaveLength(1)
    const other = await register({ patient: someone(), ticket: {} }).set('Idempotency-Key', 'desk-7')
    expect(other.status).toBe(422)
  })

  it('uses the clinic’s format and first number, and only doctors at work', async () => {
    const set = (name: string, value: unknown) =>
      api.call('patch', `/api/settings/${name}`, api.as.admin).send({ value, version: 0 })
    await set('queue.ticketFormat', 'KL-001')
    await set('queue.ticketStart', 998)
    const doctor = await api
      .call('post', '/api/doctors', api.as.admin)
      .send({ code: 'D1', name: 'Dr. Lim', room: '3' })
    expect((await api.ticket({ doctorId: doctor.body.id })).number).toBe('KL-998')
    await api.ticket()
    expect((await api.ticket()).number).toBe('KL-1000')
    await api
      .call('patch', `/api/doctors/${doctor.body.id}`, api.as.admin)
      .send({ active: false, version: 1 })
    const gone = await register({ patient: someone(), ticket: { doctorId: doctor.body.id } })
    expect([gone.status, gone.body.errors[0].path]).toEqual([422, 'ticket.doctorId'])
  })

  it('needs five round trips at most, whoever comes, and raises the counter last', async () => {
    const statements: string[] = []
    // what the process does beside its requests is not theirs
    const note = ({ sql }: { sql: string }) =>
      /cache_invalidations.*(select|delete)|audit_seal|operations/i.test(sql)
        ? undefined
        : statements.push(sql)
    await api.ticket()
    api.deps.db.on('query', note)
    await register({ patient: someone(), ticket: { reason: 'x' } }).set('Idempotency-Key', 'count-1')
    const one = statements.splice(0)
    const members = Array.from({ length: 8 }, () => ({ patient: someone() }))
    await api.call('post', '/api/queue/groups').send({ members })
    const group = statements.splice(0)
    api.deps.db.off('query', note)
    // the key looked up, the patient's id, BEGIN, everything, COMMIT
    expect(one, one.join('\n')).toHaveLength(5)
    expect(group, group.join('\n')).toHaveLength(4)
    const writes = one.at(-2)?.match(/(?<=insert into `?)[a-z_]+/g)
    expect(writes?.slice(-3)).toEqual(['ticket_counters', 'tickets', 'outbox_events'])
    expect(writes).toHaveLength(10)
    expect(one.at(-1)).toMatch(/commit/i)
  })
})

describe('rights and shapes', () => {
  it('lets only those register who may', async () => {
    for (const path of ['/api/queue', '/api/registrations', '/api/queue/groups'])
      expect((await api.call('post', path, api.as.cashier).send({})).status).toBe(403)
    expect((await api.call('get', '/api/queue', api.as.cashier)).status).toBe(200)
  })

  it.each([
    {},
    { patientId: '0' },
    { patientId: 1 },
    { patientId: '1', patient: { name: 'x' } },
    { patientId: '1', ticket: { priority: 'vip' } },
    { patientId: '1', ticket: { number: 'A001' } },
    { patientId: '1', ticket: { status: 'called' } },
    { patientId: '1', ticket: { reason: '' } },
    { patientId: '1', ticket: { reason: 'x'.repeat(201) } },
    { patient: { name: 'x', version: 1 } },
    { patient: { name: 'x' }, day: '2026-01-01' },
  ])('refuses %j', async (body) => {
    expect((await register(body)).status).toBe(400)
    expect(await api.board()).toEqual([])
  })
})
