import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killConnections } from '../../shared/testing/kill-connections.ts'
import { type QueueApi, someone, startQueueApi } from './testing.ts'

const CLIENTS = 10
const EACH = 12
const EACH_AT_MOST = 200
const KILL_EVERY_MS = 25

let api: QueueApi
beforeAll(async () => {
  api = await startQueueApi()
})
afterAll(() => api.close())

describe('registrations while connections are killed', () => {
  it('are there once each when they are repeated with their key, numbers without gaps', async () => {
    const stop = new AbortController()
    const killed = killConnections(api.deps.database, KILL_EVERY_MS, stop.signal)
    const answered = new Map<string, string>()
    let failures = 0
    const client = async (n: number) => {
      // on a quick machine the connections that were ended may all have been idle ones: then it goes on
      for (let i = 0; i < EACH || (failures === 0 && i < EACH_AT_MOST); i++) {
        const body = { patient: someone(), ticket: {} }
        for (;;) {
          const answer = await api
            .call('post', '/api/registrations')
            .set('Idempotency-Key', `k${n}-${i}`)
            .send(body)
          if (answer.status === 201) {
            answered.set(answer.body.ticket.number, body.patient.idNumber)
            break
          }
          expect(answer.status, answer.text).toBe(503)
          failures++
        }
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))
    stop.abort()
    expect(await killed).toBeGreaterThan(0)
    const made = answered.size
    expect(made).toBeGreaterThanOrEqual(CLIENTS * EACH)
    const stored = await api.deps
      .db('tickets as t')
      .join('patients as p', 'p.id', 't.patient_id')
      .orderBy('t.no')
      .select('t.no', 't.number', 'p.id_number')
    expect(stored.map(({ no }) => no)).toEqual(Array.from({ length: made }, (_, n) => n + 1))
    expect(new Map(stored.map(({ number, id_number }) => [number, id_number]))).toEqual(answered)
    for (const table of ['patients', 'visits']) expect((await api.deps.db(table)).length).toBe(made)
    const events = await api.deps.db('outbox_events').where({ topic: 'queue', type: 'queue.created' })
    expect(events).toHaveLength(made)
    expect(failures).toBeGreaterThan(0)
  }, 60_000)
})
