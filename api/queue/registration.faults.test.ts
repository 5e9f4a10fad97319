import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '../../shared/testing/database.ts'
import { type TestDeps, testDeps, testEnv } from '../../shared/testing/harness.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { createSession } from '../../shared/users/sessions.ts'
import { someone } from './testing.ts'

const CLIENTS = 100
const TICKETS = 10_000
const CALLERS = 20
const KILL_EVERY_MS = 100

let deps: TestDeps
let apis: TestProcess[]
let cookie: string

beforeAll(async () => {
  deps = await testDeps()
  apis = await Promise.all([startProcess('api', testEnv()), startProcess('api', testEnv())])
  await Promise.all(apis.map((api) => api.ready()))
  const row = { username: 'desk', name: 'Desk', role: 'admin', password_hash: 'none' }
  const [id] = await deps.db('users').insert(row)
  const who = { userId: String(id), ...row, role: 'admin', grants: [], mustChangePassword: false } as const
  const { secret } = await createSession(deps, who, { address: '127.0.0.1', userAgent: 'test' })
  cookie = `clinic=${secret}`
})
afterAll(async () => {
  await Promise.all(apis.map((api) => api.stop()))
  await deps.close()
})

const post = (n: number, path: string, body: unknown, key?: string) =>
  fetch(`${apis[n % apis.length]?.url}${path}`, {
    method: 'POST',
    headers: {
      Cookie: cookie,
      'X-Requested-With': 'clinic',
      'Content-Type': 'application/json',
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    },
    body: JSON.stringify(body),
  })

/** Ends connections of the application at random until told to stop. */
async function killConnections(signal: AbortSignal): Promise<number> {
  const killer = openPool(deps.database.url, 1)
  let killed = 0
  while (!signal.aborted) {
    const [rows] = await killer.raw(
      'select id from information_schema.processlist where db = ? and id <> connection_id()',
      [deps.database.name],
    )
    const victim = rows[Math.floor(Math.random() * rows.length)]
    if (victim !== undefined) await killer.raw(`kill ${Number(victim.id)}`).catch(() => undefined)
    killed++
    await sleep(KILL_EVERY_MS)
  }
  await killer.destroy()
  return killed
}

describe('a crowd at full size over two processes, connections killed all the while', () => {
  it('10,000 registrations by 100 clients: each once, numbers unique, gap-free, in order', async () => {
    const stop = new AbortController()
    const killed = killConnections(stop.signal)
    const answered = new Map<string, string>()
    let left = TICKETS
    let failures = 0
    const client = async (n: number) => {
      let last = 0
      while (left-- > 0) {
        const patient = someone()
        for (;;) {
          const answer = await post(n, '/api/registrations', { patient, ticket: {} }, patient.idNumber)
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
    const stored = await deps
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
        const answer = await post(n, '/api/queue/call-next', { room: String(n) })
        expect(answer.status).toBe(201)
        called.push(((await answer.json()) as { number: string }).number)
      }
    }
    await Promise.all(Array.from({ length: CALLERS }, (_, n) => caller(n)))
    expect(called).toHaveLength(TICKETS / 10)
    expect(new Set(called).size).toBe(called.length)
    expect(await deps.db('ticket_moves').where({ kind: 'call' })).toHaveLength(called.length)
  })
})
