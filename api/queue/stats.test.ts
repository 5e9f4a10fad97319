import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { pendingActions, queueStats, type Ticket } from '../../shared/queue/schema.ts'
import { fromNoon, type QueueApi, startQueueApi } from './testing.ts'

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
  for (const table of ['ticket_moves', 'tickets', 'visits', 'ticket_counters'])
    await api.deps.database.admin(table).delete()
  await bumpGenerations(api.deps, ['queue'])
})

const move = async (ticket: Ticket, to: string, afterMin = 0): Promise<Ticket> => {
  aheadMs += afterMin * MINUTE_MS
  const answer = await api.call('post', `/api/queue/${ticket.id}/moves`).send({ to, version: ticket.version })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const stats = async (query = '') =>
  queueStats.strict().parse((await api.call('get', `/api/queue/stats${query}`)).body)
const pending = async () =>
  pendingActions.parse((await api.call('get', '/api/queue/pending-actions')).body).data

describe('figures of a day', () => {
  it('count every state, and minutes with median and 90 %', async () => {
    const tickets = []
    for (let n = 0; n < 10; n++) tickets.push(await api.ticket())
    for (const ticket of tickets) {
      const called = await move(ticket, 'called', 3)
      const inside = await move(called, 'in_consultation')
      if (ticket !== tickets[9]) await move(inside, 'completed', 1)
    }
    await api.ticket()
    const seen = await stats()
    expect(seen).toMatchObject({
      total: 11,
      byStatus: { waiting: 1, in_consultation: 1, completed: 9, called: 0 },
    })
    // the n-th waited 3 minutes and 4 more for each before it, and what the test itself took
    expect(seen.waiting).toEqual({
      count: 10,
      medianMin: expect.closeTo(19, 0),
      p90Min: expect.closeTo(35, 0),
    })
    expect(seen.consultation).toEqual({
      count: 9,
      medianMin: expect.closeTo(1, 0),
      p90Min: expect.closeTo(1, 0),
    })
    expect(await stats('?day=2020-01-01')).toMatchObject({ total: 0, waiting: { count: 0, medianMin: null } })
  })

  it('are cached, 304, and never older than an acknowledged write', async () => {
    await stats()
    const hit = await api.call('get', '/api/queue/stats')
    expect(hit.headers['x-cache']).toBe('HIT')
    const same = await api.call('get', '/api/queue/stats').set('If-None-Match', String(hit.headers.etag))
    expect(same.status).toBe(304)
    for (let n = 1; n <= 5; n++) {
      const ticket = await api.ticket()
      expect((await stats()).byStatus.waiting).toBe(n)
      const held = await move(ticket, 'on_hold')
      expect((await stats()).byStatus.on_hold).toBe(1)
      await move(held, 'waiting')
    }
  })

  it('cost one statement however many tickets there are', async () => {
    const count = async (path: string) => {
      const statements: string[] = []
      const note = ({ sql }: { sql: string }) => (sql.includes('queue.') ? statements.push(sql) : undefined)
      await bumpGenerations(api.deps, ['queue'])
      api.deps.db.on('query', note)
      await api.call('get', path)
      api.deps.db.off('query', note)
      return statements.length
    }
    const both = async () => [await count('/api/queue/stats'), await count('/api/queue/pending-actions')]
    await api.ticket()
    expect(await both()).toEqual([1, 1])
    for (let n = 0; n < 12; n++) await api.ticket()
    expect(await both()).toEqual([1, 1])
  })

  it('refuse a day that is none', async () => {
    for (const query of ['?day=yesterday', '?day=2026-02-30', '?other=1'])
      expect((await api.call('get', `/api/queue/stats${query}`)).status).toBe(400)
  })
})

describe('pending actions', () => {
  it('name what waits for somebody, the oldest first, without names', async () => {
    const waiting = await api.ticket()
    const called = await move(await api.ticket(), 'called')
    const held = await move(await api.ticket(), 'on_hold', 1)
    const paying = await move(await move(await api.ticket(), 'in_consultation', 1), 'payment')
    const at = ({ id, times }: Ticket) => [id, times.statusAt]
    const shown = async () => (await pending()).map(({ ticketId, sinceAt }) => [ticketId, sinceAt])
    expect(await shown()).toEqual([at(held), at(paying)])
    aheadMs += 5 * MINUTE_MS
    await bumpGenerations(api.deps, ['queue'])
    expect(await shown()).toEqual([at(called), at(held), at(paying)])
    aheadMs += 45 * MINUTE_MS
    await bumpGenerations(api.deps, ['queue'])
    expect(await shown()).toEqual([at(waiting), at(called), at(held), at(paying)])
    const [own] = await pending()
    expect(own?.action).toBe('waiting-long')
    expect(Object.keys(own ?? {}).toSorted()).toEqual([
      'action',
      'doctorId',
      'number',
      'room',
      'sinceAt',
      'ticketId',
    ])
  })
})
