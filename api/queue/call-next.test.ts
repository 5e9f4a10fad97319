import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { fromNoon, type QueueApi, startQueueApi } from './testing.ts'

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

const next = (body: Record<string, unknown> = { room: '1' }, cookie = api.as.assistant) =>
  api.call('post', '/api/queue/call-next', cookie).send(body)
const doctor = async (more: Record<string, unknown> = {}): Promise<string> => {
  const code = `D${Math.random().toString(36).slice(2, 8).toUpperCase()}`
  return (await api.call('post', '/api/doctors', api.as.admin).send({ code, name: 'Dr. Lim', ...more })).body
    .id
}

describe('calling the next', () => {
  it('goes by priority, then by number, and only takes one’s own and the shared line', async () => {
    const [mine, other] = [await doctor(), await doctor()]
    await api.ticket({ doctorId: other })
    await api.ticket()
    await api.ticket({ doctorId: mine })
    await api.ticket({ priority: 'elderly' })
    await api.ticket({ priority: 'emergency', doctorId: other })
    const calls = []
    for (let n = 0; n < 4; n++) calls.push(await next({ doctorId: mine, room: '1' }))
    expect(calls.map(({ status, body }) => [status, body.number])).toEqual([
      [201, 'A004'],
      [201, 'A002'],
      [201, 'A003'],
      [204, undefined],
    ])
    expect((await next({ room: '2' })).status).toBe(204)
    expect((await next({ doctorId: other, room: '2' })).body.number).toBe('A005')
  })

  it('calls for the doctor who is signed in', async () => {
    const doctorId = await doctor({ userId: await api.user('doctor') })
    await api.ticket({ doctorId })
    expect((await next({ room: '9' }, api.as.assistant)).status).toBe(204)
    expect((await next({ room: '9' }, api.as.doctor)).body).toMatchObject({ doctorId, room: '9' })
  })

  it('10 doctors at once never call one patient twice', async () => {
    const doctors = await Promise.all(Array.from({ length: 10 }, () => doctor()))
    const { patient } = await api.ticket()
    for (let n = 0; n < 49; n++) await api.call('post', '/api/queue').send({ patientId: patient.id })
    const called: string[] = []
    await Promise.all(
      doctors.map(async (doctorId, n) => {
        for (;;) {
          const answer = await next({ doctorId, room: String(n) })
          if (answer.status === 204) return
          expect(answer.status).toBe(201)
          called.push(answer.body.number)
        }
      }),
    )
    expect(new Set(called).size).toBe(called.length)
    // somebody whose row was held by another call may be passed over, so one more look calls the rest
    while (called.length < 50) called.push((await next({ doctorId: doctors[0], room: '0' })).body.number)
    expect(new Set(called).size).toBe(50)
    expect(await api.deps.db('ticket_moves').where({ kind: 'call' })).toHaveLength(50)
    expect((await next({ doctorId: doctors[0], room: '0' })).status).toBe(204)
  })
})
