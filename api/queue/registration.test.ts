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
const numbers = (rows: { number: string }[]) => rows.map(({ number }) => number)
const counted = (n: number, from = 1) =>
  Array.from({ length: n }, (_, i) => `A${String(from + i).padStart(3, '0')}`)

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

describe('numbers under a crowd', () => {
  it('40 patients by 8 clerks at once over two processes: 40 numbers, gap-free, in order', async () => {
    const clerks = await Promise.all(
      Array.from({ length: 8 }, (_, n) => api.signIn('assistant', `clerk${n}`)),
    )
    const made = await Promise.all(
      clerks.map(async (cookie, n) => {
        const own: { id: string; number: string }[] = []
        for (let i = 0; i < 5; i++) {
          const answer = await register(
            { patient: someone(), ticket: {} },
            cookie,
            n % 2 === 0 ? api.url : second.url,
          )
          expect(answer.status, answer.text).toBe(201)
          own.push(answer.body.ticket)
        }
        expect(numbers(own)).toEqual(numbers(own).toSorted())
        return own
      }),
    )
    expect(numbers(made.flat()).toSorted()).toEqual(counted(40))
    expect(numbers(await api.board())).toEqual(counted(40))
  })

  it('gives numbers of refused registrations to the next one', async () => {
    const taken = someone()
    await register({ patient: taken, ticket: {} })
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        register({ patient: n % 2 === 0 ? someone() : taken, ticket: {} }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20)
    expect(numbers(await api.board())).toEqual(counted(21))
  })

  it('1,000 tickets by parallel clients: unique, gap-free, in order', async () => {
    const { patient } = await api.ticket()
    let left = 1000
    const client = async (url: string) => {
      let last = ''
      while (left-- > 0) {
        const answer = await fetch(`${url}/api/queue`, {
          method: 'POST',
          headers: {
            Cookie: api.as.assistant,
            'X-Requested-With': 'clinic',
            'Content-Type': 'application/json',
          },
          body: JSON.stringify({ patientId: patient.id }),
        })
        expect(answer.status).toBe(201)
        const { number } = (await answer.json()) as { number: string }
        expect(Number(number.slice(1))).toBeGreaterThan(Number(last.slice(1)))
        last = number
      }
    }
    await Promise.all(Array.from({ length: 50 }, (_, n) => client(n % 2 === 0 ? api.url : second.url)))
    const stored = await api.deps.db('tickets').orderBy('id').pluck('number')
    expect(stored).toEqual(counted(1001))
  }, 120_000)
})

describe('the board', () => {
  it('comes from the cache with its ETag, is filtered and paged', async () => {
    for (let n = 0; n < 5; n++) await api.ticket({ priority: n === 2 ? 'child' : 'normal' })
    await api.board()
    const seen = await api.call('get', '/api/queue')
    expect(seen.headers).toMatchObject({ 'x-cache': 'HIT', 'cache-control': 'private, no-store' })
    const same = await api.call('get', '/api/queue').set('If-None-Match', String(seen.headers.etag))
    expect(same.status).toBe(304)
    expect(await api.board('?status=called,on_hold')).toEqual([])
    expect(await api.board('?day=2020-01-01')).toEqual([])
    expect(await api.board('?doctor=none')).toHaveLength(5)
    const first = await api.call('get', '/api/queue?limit=2')
    expect(first.body.meta).toMatchObject({ page: 1, limit: 2, total: 5, totalPages: 3 })
    const next = await api.call('get', `/api/queue?limit=2&cursor=${first.body.meta.next}`)
    expect(numbers(next.body.data)).toEqual(numbers(await api.board('?limit=2&page=2')))
  })

  it('is never older than an acknowledged write, a patient’s name included', async () => {
    let stop = false
    let seenMost = 0
    const reader = (async () => {
      while (!stop) {
        const { length } = await api.board()
        expect(length).toBeGreaterThanOrEqual(seenMost)
        seenMost = length
      }
    })()
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let n = 0; n < 6; n++) {
          const { id, patient } = await api.ticket()
          const name = `Renamed ${id}`
          await api.call('patch', `/api/patients/${patient.id}`).send({ name, version: 1 })
          expect((await api.board()).find((each) => each.id === id)?.patient.name).toBe(name)
        }
      }),
    )
    stop = true
    await reader
    expect(await api.board()).toHaveLength(36)
  })

  it('costs two statements however many are on it', async () => {
    const count = async () => {
      const statements: string[] = []
      const note = ({ sql }: { sql: string }) => (sql.includes('queue.') ? statements.push(sql) : undefined)
      await bumpGenerations(api.deps, ['queue'])
      api.deps.db.on('query', note)
      await api.board()
      api.deps.db.off('query', note)
      return statements.length
    }
    const family = () =>
      api
        .call('post', '/api/queue/groups')
        .send({ members: [{ patient: someone() }, { patient: someone() }] })
    await family()
    const few = await count()
    for (let n = 0; n < 6; n++) await family()
    expect([few, await count()]).toEqual([2, 2])
  })

  it.each([
    'day=2026-13-01',
    'status=gone',
    'status=',
    'doctor=x',
    'limit=101',
    'limit=0',
    'cursor=0',
    'page=0',
    'cursor=1&page=1',
    'sort=name',
  ])('refuses %s', async (query) => {
    expect((await api.call('get', `/api/queue?${query}`)).status).toBe(400)
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
