import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
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
