import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { relayOutbox } from '../../shared/events/outbox.ts'
import { newTicket, place } from '../../shared/queue/schema.ts'
import { fromNoon, type QueueApi, someone, startQueueApi } from '../queue/testing.ts'

const MINUTE_MS = 60_000
let api: QueueApi
let aheadMs = 0
const stopRelay = new AbortController()
let relay: Promise<void>

beforeAll(async () => {
  api = await startQueueApi({
    rewire: (deps) => ({ ...deps, clock: fromNoon(() => aheadMs) }),
  })
  relay = relayOutbox(api.deps, stopRelay.signal)
})
afterAll(async () => {
  stopRelay.abort()
  await relay
  await api.close()
})
beforeEach(async () => {
  aheadMs = 0
  for (const table of [
    'call_acks',
    'ticket_moves',
    'tickets',
    'visits',
    'ticket_counters',
    'displays',
    'settings',
  ])
    await api.deps.database.admin(table).delete()
  await bumpGenerations(api.deps, ['settings', 'queue'])
})

const callNext = async (room = '1') => (await api.call('post', '/api/queue/call-next').send({ room })).body

describe('following one’s place', () => {
  const track = async (token: string) => api.http.get(`/api/track/${token}`)

  it('tells place, range and room, and nothing personal', async () => {
    for (let n = 0; n < 6; n++) await api.ticket()
    const mine = await api.ticket({ reason: 'CANARY' }, { name: 'Nurul Canary' })
    const at = async () => place.strict().parse((await track(mine.slipToken)).body)
    expect(await at()).toMatchObject({ number: 'A007', status: 'waiting', ahead: 6, wait: null, room: null })
    for (let n = 0; n < 5; n++) {
      aheadMs += 5 * MINUTE_MS
      await callNext()
    }
    const soon = await at()
    expect(soon.ahead).toBe(1)
    expect(soon.wait?.toMin).toBeGreaterThanOrEqual(10)
    const urgent = await api.ticket({ priority: 'emergency' })
    expect((await at()).ahead).toBe(2)
    await api.call('post', `/api/queue/${urgent.id}/moves`).send({ to: 'cancelled', version: 1 })
    await callNext()
    await callNext('9')
    const answer = await track(mine.slipToken)
    expect(answer.body).toMatchObject({ status: 'called', room: '9', ahead: null, wait: null })
    expect(answer.text).not.toMatch(/canary|nurul|patient|"id"/i)
    expect(answer.headers['cache-control']).toBe('private, no-store')
    const same = await api.http
      .get(`/api/track/${mine.slipToken}`)
      .set('If-None-Match', String(answer.headers.etag))
    expect(same.status).toBe(304)
  })

  it('counts only who may be called before', async () => {
    const made = await api
      .call('post', '/api/doctors', api.as.admin)
      .send({ code: `T${aheadMs}X`, name: 'Dr. Lim' })
    const other = await api
      .call('post', '/api/doctors', api.as.admin)
      .send({ code: `T${aheadMs}Y`, name: 'Dr. Tan' })
    await api.ticket({ doctorId: other.body.id })
    await api.ticket({ doctorId: made.body.id })
    await api.ticket()
    const mine = await api.ticket({ doctorId: made.body.id })
    expect((await track(mine.slipToken)).body.ahead).toBe(2)
  })

  it('ends with a new slip', async () => {
    const mine = await api.ticket()
    expect((await track(mine.slipToken)).status).toBe(200)
    const again = await api.call('post', `/api/queue/${mine.id}/slip`)
    const { slipToken, ...ticket } = newTicket.parse(again.body)
    expect({ ...ticket, slipToken: mine.slipToken }).toEqual(mine)
    expect((await track(mine.slipToken)).status).toBe(404)
    expect((await track(slipToken)).body.number).toBe(mine.number)
    for (const id of ['0', '999999'])
      expect((await api.call('post', `/api/queue/${id}/slip`)).status).toBe(404)
  })

  it('knows no other token, and forgets after yesterday', async () => {
    const { slipToken } = await api.ticket({}, someone())
    for (const token of ['x', 'A'.repeat(22), `${slipToken}x`]) expect((await track(token)).status).toBe(404)
    aheadMs = 24 * 60 * MINUTE_MS
    expect((await track(slipToken)).status).toBe(200)
    aheadMs = 48 * 60 * MINUTE_MS
    await bumpGenerations(api.deps, ['queue'])
    expect((await track(slipToken)).status).toBe(404)
  })
})
