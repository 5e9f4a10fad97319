import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type QueueApi, someone, startQueueApi, type Verb } from './testing.ts'

let api: QueueApi
let ticketId: string
let doctorId: string

beforeAll(async () => {
  api = await startQueueApi()
  ticketId = (await api.ticket()).id
  doctorId = (await api.call('post', '/api/doctors', api.as.admin).send({ code: 'D1', name: 'Dr. Lim' })).body
    .id
})
afterAll(() => api.close())

/** Each call with a body that is right but for what the test does to it. */
const calls = (): [Verb, string, Record<string, unknown>][] => [
  [
    'post',
    '/api/doctors',
    { code: 'D2', name: 'x', workingHours: { mon: [{ from: '09:00', to: '10:00' }] } },
  ],
  ['patch', `/api/doctors/${doctorId}`, { version: 1, room: '1' }],
  ['patch', '/api/settings/clinic.name', { value: 'x', version: 0 }],
  ['post', '/api/queue', { patientId: '1', priority: 'child', reason: 'x' }],
  ['post', '/api/registrations', { patient: { name: 'x' }, ticket: { reason: 'x' } }],
  ['post', '/api/queue/groups', { members: [{ patientId: '1' }, { patient: { name: 'x' } }], ticket: {} }],
  ['post', `/api/queue/${ticketId}/moves`, { to: 'called', version: 1, room: '1' }],
  ['post', `/api/queue/${ticketId}/undo`, { version: 1 }],
  ['post', '/api/queue/call-next', { room: '1' }],
  ['post', '/api/displays', { name: 'x' }],
  ['post', '/api/displays/pair', { code: 'ABCDE-FGHJK' }],
  ['post', '/api/display/acks', { callId: '1', shown: true }],
]

const strange = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.constantFrom(
    null,
    [],
    {},
    -1,
    Number.MAX_VALUE,
    0.5,
    '',
    '0',
    '9223372036854775808',
    '\u0000',
    'x'.repeat(5000),
    '__proto__',
  ),
)
const json = (value: unknown) => {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return 'null'
  }
}

describe('strange bodies', () => {
  it('are refused or taken, never a fault of ours, and never repeated in the answer', async () => {
    const send = (verb: Verb, path: string, body: string) =>
      api.call(verb, path, api.as.admin).set('Content-Type', 'application/json').send(body)
    await fc.assert(
      fc.asyncProperty(fc.nat(11), strange, fc.nat(20), async (which, value, field) => {
        const [verb, path, body] = calls()[which] as [Verb, string, Record<string, unknown>]
        const names = Object.keys(body)
        const changed = { ...body, [names[field] ?? 'CANARYfield']: value }
        for (const sent of [json(value), json(changed)]) {
          const answer = await send(verb, path, sent)
          expect(answer.status, `${verb} ${path} ${sent.slice(0, 200)}`).toBeLessThan(500)
          expect(answer.text).not.toContain('CANARYfield')
        }
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it.each([
    'role',
    'id',
    'createdAt',
    'slipHash',
    'clinicId',
    'balance',
    '__proto__',
    'constructor',
    'version2',
  ])('with the field %s are refused by every call', async (field) => {
    for (const [verb, path, body] of calls()) {
      const sent = `{${json(field)}:{"a":1},${json(body).slice(1)}`
      const answer = await api
        .call(verb, path, api.as.admin)
        .set('Content-Type', 'application/json')
        .send(sent)
      // a screen's calls ask for its cookie first
      expect([400, 401, 422], `${path}: ${answer.status}`).toContain(answer.status)
    }
  })
})

describe('any text', () => {
  const NAUGHTY = [
    "Robert'); drop table tickets;--",
    '<script>alert(1)</script>',
    '%s %n $(id) {{7*7}} \\u0000 \\',
    '李小龙 குமார் عبدالله 😀👨‍👩‍👧',
    'e\u0301 \u202etxet \u200bzero',
    '$.body.entity.number "@id@" :name ? ?? /* */',
    'null',
    '=cmd|calc!A1',
  ]

  it.each(NAUGHTY)('is stored and given back exactly: %s', async (text) => {
    const ticket = await api.ticket({ reason: text }, someone())
    const shown = (await api.board()).find(({ id }) => id === ticket.id)
    expect([ticket.reason, shown?.reason]).toEqual([text, text])
    const event = await api.deps
      .db('outbox_events')
      .where({ topic: 'queue' })
      .orderBy('id', 'desc')
      .first('body')
    const { entity } = (typeof event.body === 'string' ? JSON.parse(event.body) : event.body).body
    const { slipToken, ...board } = ticket
    expect(slipToken).toHaveLength(22)
    expect(entity).toEqual(board)
    const room = [...text].slice(0, 9).join('').trim()
    const called = await api
      .call('post', `/api/queue/${ticket.id}/moves`)
      .send({ to: 'called', version: 1, room })
    expect(called.body.room).toBe(room)
    const before = (await api.call('get', `/api/doctors/${doctorId}`)).body
    const named = await api
      .call('patch', `/api/doctors/${doctorId}`, api.as.admin)
      .send({ name: text, version: before.version })
    expect(named.body.name).toBe(text)
    expect((await api.call('get', `/api/doctors/${doctorId}`)).body).toEqual(named.body)
  })
})
