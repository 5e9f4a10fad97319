import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import type { Knex } from '../../shared/db/connect.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { moveTicket, queuePatient } from '../../shared/queue/commands.ts'
import { type Ticket, ticket as ticketShape } from '../../shared/queue/schema.ts'
import { fromNoon, type QueueApi, someone, startQueueApi } from './testing.ts'

const MINUTE_MS = 60_000
let api: QueueApi
let aheadMs = 0

beforeAll(async () => {
  api = await startQueueApi({
    rewire: (deps) => ({ ...deps, clock: fromNoon(() => aheadMs) }),
  })
})
afterAll(() => api.close())
beforeEach(async () => {
  aheadMs = 0
  for (const table of ['ticket_moves', 'tickets', 'visits', 'ticket_counters', 'outbox_events', 'doctors'])
    await api.deps.database.admin(table).delete()
  await bumpGenerations(api.deps, ['doctors', 'queue'])
})

const move = (id: string, body: Record<string, unknown>, cookie = api.as.assistant) =>
  api.call('post', `/api/queue/${id}/moves`, cookie).send(body)
const undo = (id: string, body: Record<string, unknown> = {}) =>
  api.call('post', `/api/queue/${id}/undo`).send(body)
const next = (body: Record<string, unknown> = { room: '1' }, cookie = api.as.assistant) =>
  api.call('post', '/api/queue/call-next', cookie).send(body)
const to = async (ticket: Ticket, body: Record<string, unknown>): Promise<Ticket> => {
  const answer = await move(ticket.id, { version: ticket.version, ...body })
  expect(answer.status, answer.text).toBe(201)
  return ticketShape.strict().parse(answer.body)
}
const doctor = async (more: Record<string, unknown> = {}): Promise<string> => {
  const code = `D${Math.random().toString(36).slice(2, 8).toUpperCase()}`
  return (await api.call('post', '/api/doctors', api.as.admin).send({ code, name: 'Dr. Lim', ...more })).body
    .id
}
const line = async () =>
  (await api.board('?status=waiting'))
    .toSorted((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1])
    .map(({ number }) => number)
const eventsOf = async (id: string) => {
  const rows = await api.deps.db('outbox_events').where({ topic: 'queue' }).orderBy('id').pluck('body')
  const bodies = rows.map((body) => (typeof body === 'string' ? JSON.parse(body) : body).body)
  return bodies.filter((body) => body.entity.id === id)
}

/** Everything a move could leave behind. */
const traces = async () => ({
  tickets: await api.deps.db('tickets').orderBy('id'),
  moves: await api.deps.db('ticket_moves').count({ n: '*' }),
  events: await api.deps.db('outbox_events').count({ n: '*' }),
  audit: await api.deps.db('audit_entries').whereNot('action', 'like', 'auth.%').count({ n: '*' }),
})

describe('moving a ticket', () => {
  it('goes through a whole visit; board, events, audit and times tell it', async () => {
    let ticket: Ticket = await api.ticket()
    const told = [{ type: 'queue.created', version: 1 }]
    const step = async (body: Record<string, unknown>, type: string) => {
      aheadMs += 6 * MINUTE_MS
      ticket = await to(ticket, body)
      told.push({ type, version: ticket.version })
      expect((await api.board()).find(({ id }) => id === ticket.id)).toEqual(ticket)
    }
    await step({ to: 'called', room: '2' }, 'queue.called')
    await step({ to: 'called' }, 'queue.called')
    await step({ to: 'in_consultation' }, 'queue.updated')
    await step({ to: 'dispensing' }, 'queue.updated')
    await step({ to: 'payment' }, 'queue.updated')
    await step({ to: 'completed' }, 'queue.removed')
    const events = await eventsOf(ticket.id)
    expect(events.map(({ type, entity }) => ({ type, version: entity.version }))).toEqual(told)
    expect(events.at(-1)?.entity).toEqual(ticket)
    const audit = await api.deps
      .db('audit_entries')
      .where({ entity: 'ticket', entity_id: ticket.id })
      .orderBy('id')
    expect(audit.map((row) => [row.action, row.patient_id])).toEqual(
      ['call', 'recall', 'start', 'dispense', 'pay', 'complete'].map((kind) => [
        `queue.${kind}`,
        ticket.patient.id,
      ]),
    )
    const row = await api.deps.db('tickets').first('waited_s', 'consulted_s')
    expect([Math.round(row.waited_s / 60), Math.round(row.consulted_s / 60)]).toEqual([6, 6])
  })

  it('lets one of many who press at once win, and shows the others the ticket', async () => {
    const ticket = await api.ticket()
    const targets = ['called', 'in_consultation', 'on_hold', 'no_show', 'cancelled']
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => move(ticket.id, { to: targets[n % 5], version: 1 })),
    )
    const won = answers.filter(({ status }) => status === 201)
    expect(won).toHaveLength(1)
    for (const { status, body } of answers.filter((each) => each.status !== 201))
      expect([status, body.code, body.current, body.changedBy?.name]).toEqual([
        409,
        'state/version',
        won[0]?.body,
        expect.any(String),
      ])
    expect(await eventsOf(ticket.id)).toHaveLength(2)
  })

  it('leaves no trace when it is refused', async () => {
    const ticket = await api.ticket()
    const room = await doctor()
    const before = await traces()
    const refused = [
      { to: 'completed', version: 1 },
      { to: 'payment', version: 1 },
      { to: 'waiting', version: 1 },
      { to: 'called', version: 2 },
      { to: 'on_hold', version: 1, room: '3' },
      { to: 'cancelled', version: 1, doctorId: room },
    ]
    for (const body of refused) {
      const answer = await move(ticket.id, body)
      expect([answer.status, answer.body.current.version]).toEqual([409, 1])
    }
    expect((await move(ticket.id, { to: 'called', version: 1, doctorId: '999999' })).status).toBe(422)
    expect((await undo(ticket.id)).status).toBe(409)
    expect(await traces()).toEqual(before)
  })

  it('costs eight round trips to the database at most, for a family too', async () => {
    const members = Array.from({ length: 6 }, () => ({ patient: someone() }))
    const made = (await api.call('post', '/api/queue/groups').send({ members })).body
    await api.ticket()
    const statements: string[] = []
    const note = ({ sql }: { sql: string }) =>
      /queue\.|^(begin|commit)/i.test(sql) ? statements.push(sql) : undefined
    api.deps.db.on('query', note)
    const counted: number[] = []
    const count = async (work: PromiseLike<{ status: number }>) => {
      statements.length = 0
      expect((await work).status).toBe(201)
      counted.push(statements.length)
    }
    await count(next())
    await count(move(made.id, { to: 'waiting', version: 2 }))
    await count(undo(made.id))
    api.deps.db.off('query', note)
    // BEGIN, hold, read, family, everything, COMMIT; a skip looks at the call before and at the line
    expect(counted).toEqual([6, 8, 7])
  })

  it('happens with what another domain writes, or not at all', async () => {
    const { deps } = api.services
    const { id, patient } = await api.ticket()
    const who = { userId: null }
    const fails = async (): Promise<never> => {
      throw new AppError('state/conflict')
    }
    const before = await traces()
    await expect(moveTicket(deps, id, { to: 'called', version: 1 }, who, fails)).rejects.toThrow(AppError)
    await expect(
      queuePatient(deps, { patientId: patient.id }, who, undefined, { also: fails }),
    ).rejects.toThrow(AppError)
    expect(await traces()).toEqual(before)
    const seen: string[] = []
    const along = async (trx: Knex.Transaction, ticket?: { status: string }) => {
      seen.push(ticket?.status ?? 'new')
      await trx('visits').update({ version: trx.raw('version + 1') })
    }
    await moveTicket(deps, id, { to: 'called', version: 1 }, who, along)
    expect(
      (await queuePatient(deps, { patientId: patient.id }, who, undefined, { also: along })).number,
    ).toBe('A002')
    expect(seen).toEqual(['waiting', 'new'])
    expect(await api.deps.db('visits').orderBy('id').pluck('version')).toEqual([3, 1])
  })

  it('skips behind the next two, and back into the shared line', async () => {
    for (let n = 0; n < 5; n++) await api.ticket()
    const doctorId = await doctor()
    const called = (await next({ doctorId, room: '1' })).body
    expect(called).toMatchObject({ number: 'A001', doctorId, room: '1', status: 'called' })
    const skipped = await to(called, { to: 'waiting' })
    expect(skipped).toMatchObject({ doctorId: null, room: null })
    expect(await line()).toEqual(['A002', 'A003', 'A001', 'A004', 'A005'])
    expect((await next()).body.number).toBe('A002')
  })

  it('transfers, holds and takes back from no-show to the end', async () => {
    const [one, two, three] = [await api.ticket(), await api.ticket(), await api.ticket()]
    const doctorId = await doctor()
    const moved = await to(one, { to: 'waiting', doctorId, room: '7' })
    expect(moved).toMatchObject({ doctorId, room: '7', status: 'waiting', order: one.order })
    const held = await to(two, { to: 'on_hold', reason: 'Blood test' })
    expect(await line()).toEqual(['A001', 'A003'])
    await to(held, { to: 'waiting' })
    expect(await line()).toEqual(['A001', 'A002', 'A003'])
    const gone = await to(moved, { to: 'no_show' })
    await to(gone, { to: 'waiting' })
    expect(await line()).toEqual(['A002', 'A003', 'A001'])
    expect((await next()).body.number).toBe('A002')
    expect((await to(three, { to: 'cancelled', reason: 'Went home' })).times.endedAt).not.toBeNull()
  })
})

describe('taking back', () => {
  it('puts everything as it was, once, within ten minutes', async () => {
    const ticket: Ticket = await api.ticket()
    const called = await to(ticket, { to: 'called', room: '4' })
    const done = await to(await to(called, { to: 'in_consultation' }), { to: 'completed' })
    aheadMs = 9 * MINUTE_MS
    const back = await undo(done.id, { version: done.version })
    expect(back.body).toMatchObject({ status: 'in_consultation', room: '4', version: done.version + 1 })
    expect(back.body.times.endedAt).toBeNull()
    expect((await undo(done.id)).status).toBe(409)
    const again = await to(back.body, { to: 'completed' })
    expect((await undo(done.id, { version: 1 })).body).toMatchObject({ code: 'state/version' })
    aheadMs += 10 * MINUTE_MS + 1000
    const late = await undo(done.id)
    expect([late.status, late.body.current]).toEqual([409, again])
  })

  it('gives a called one the same place and the same waiting time', async () => {
    const [one] = [await api.ticket(), await api.ticket()]
    const before = await api.deps.db('tickets').where({ id: one.id }).first()
    await next()
    await undo(one.id)
    const after = await api.deps.db('tickets').where({ id: one.id }).first()
    expect(after).toEqual({ ...before, version: 3 })
    expect((await next()).body.id).toBe(one.id)
  })
})

describe('rights and shapes', () => {
  it('are for those who work the queue', async () => {
    const { id } = await api.ticket()
    for (const send of [
      move(id, { to: 'called', version: 1 }, api.as.cashier),
      next({ room: '1' }, api.as.cashier),
    ])
      expect((await send).status).toBe(403)
  })

  it.each(['0', 'abc', '99999999', '99999999999999999999'])('find nothing under %s', async (id) => {
    expect((await move(id, { to: 'called', version: 1 })).status).toBe(404)
    expect((await undo(id)).status).toBe(404)
  })

  it.each([
    {},
    { to: 'gone', version: 1 },
    { to: 'called' },
    { to: 'called', version: 0 },
    { to: 'called', version: '1' },
    { to: 'called', version: 1, room: '' },
    { to: 'called', version: 1, room: 'x'.repeat(21) },
    { to: 'called', version: 1, status: 'completed' },
    { to: ['called'], version: 1 },
  ])('refuse %j', async (body) => {
    const { id } = await api.ticket()
    expect((await move(id, body)).status).toBe(400)
  })

  it('keep any text exactly', async () => {
    const reason = '<script>alert(1)</script> \' " \\ % _ 李 😀 \u202e'
    const ticket = await api.ticket({ reason: 'x' }, someone())
    await to(ticket, { to: 'on_hold', reason })
    expect(await api.deps.db('ticket_moves').first('reason')).toEqual({ reason })
  })
})
