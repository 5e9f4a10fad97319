import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killConnections } from '../../shared/testing/kill-connections.ts'
import { startTwoApis, type TwoApis } from '../../shared/testing/two-apis.ts'
import { someone } from './testing.ts'

const CLIENTS = 100
const TICKETS = 10_000
const CALLERS = 20
const KILL_EVERY_MS = 100

let desk: TwoApis
beforeAll(async () => {
  desk = await startTwoApis('admin')
})
afterAll(() => desk.close())

describe('a crowd at full size over two processes, connections killed all the while', () => {
  it('10,000 registrations by 100 clients: each once, numbers unique, gap-free, in order', async () => {
    const stop = new AbortController()
    const killed = killConnections(desk.deps.database, KILL_EVERY_MS, stop.signal)
    const answered = new Map<string, string>()
    let left = TICKETS
    let failures = 0
    const client = async (n: number) => {
      let last = 0
      while (left-- > 0) {
        const patient = someone()
        for (;;) {
          const answer = await desk.ask(
            n,
            'POST',
            '/api/registrations',
            { patient, ticket: {} },
            patient.idNumber,
          )
          if (answer.status === 201) {
            const { ticket } = (await answer.json()) as { ticket: { number: string } }
            answered.set(ticket.number, patient.idNumber)
            const number = Number(ticket.number.slice(1))
            expect(number).toBeGreaterThan(last)
            last = number
            break
          }
          expect(answer.status, await answer.text()).toBe(503)
          failures++
        }
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))
    stop.abort()
    expect(await killed).toBeGreaterThan(10)
    const stored = await desk.deps
      .db('tickets as t')
      .join('patients as p', 'p.id', 't.patient_id')
      .orderBy('t.id')
      .select('t.no', 't.number', 'p.id_number')
    expect(stored.map(({ no }) => no)).toEqual(Array.from({ length: TICKETS }, (_, n) => n + 1))
    expect(new Map(stored.map(({ number, id_number }) => [number, id_number]))).toEqual(answered)
    expect(failures).toBeGreaterThan(0)
  })

  it('20 doctors call until nobody waits: nobody twice', async () => {
    const called: string[] = []
    const caller = async (n: number) => {
      for (let i = 0; i < TICKETS / CALLERS / 10; i++) {
        const answer = await desk.ask(n, 'POST', '/api/queue/call-next', { room: String(n) })
        expect(answer.status).toBe(201)
        called.push(((await answer.json()) as { number: string }).number)
      }
    }
    await Promise.all(Array.from({ length: CALLERS }, (_, n) => caller(n)))
    expect(called).toHaveLength(TICKETS / 10)
    expect(new Set(called).size).toBe(called.length)
    expect(await desk.deps.db('ticket_moves').where({ kind: 'call' })).toHaveLength(called.length)
  })
})
