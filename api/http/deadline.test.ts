import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { inTransaction, reading } from '../../shared/db/transaction.ts'
import type { Deps } from '../../shared/deps.ts'
import { route } from './route.ts'
import { startTestApi, type TestApi } from './testing.ts'

const DEADLINE_MS = 400
const LONG_DEADLINE_MS = 1500
const SLEEP_S = 14
const OPEN = { tag: 'test', summary: 'For the tests', access: 'open', limit: 'none' } as const

const insert = (deps: Deps, name: string) => deps.db('counters').insert({ name, value: 1 })
const rows = async () =>
  (await api.deps.db('counters').where('name', 'like', 'deadline-%').select('name')).length
const stillRunning = async () => {
  const [list] = (await api.deps.db.raw('show full processlist')) as [{ Info: string | null }[]]
  return list.filter(({ Info }) => Info?.includes('deadline-test')).length
}

/** Statements sleep far longer than this, so one that is gone was killed. */
const expectNothingRuns = () => expect.poll(stillRunning, { timeout: 10_000, interval: 50 }).toBe(0)

const routes = [
  route({
    ...OPEN,
    method: 'POST',
    path: '/api/test/slow-write',
    handle: async ({ deps, signal }) => {
      await inTransaction(
        deps.db,
        async (trx) => {
          await trx('counters').insert({ name: 'deadline-write', value: 1 })
          await trx.raw(`select sleep(${SLEEP_S}) /* deadline-test */`)
        },
        signal,
      )
      return { status: 204 }
    },
  }),
  route({
    ...OPEN,
    method: 'POST',
    path: '/api/test/stubborn',
    handle: async ({ deps, signal }) => {
      // work that cannot be interrupted, such as hashing; the commit after it must not happen
      await sleep(DEADLINE_MS * 2)
      await inTransaction(
        deps.db,
        (trx) => trx('counters').insert({ name: 'deadline-stubborn', value: 1 }),
        signal,
      )
      return { status: 204 }
    },
  }),
  route({
    ...OPEN,
    method: 'GET',
    path: '/api/test/slow-read',
    handle: async ({ deps, signal }) => {
      await reading(deps.db.raw(`select sleep(${SLEEP_S}) /* deadline-test */`), signal)
      return { body: {} }
    },
  }),
  route({
    ...OPEN,
    method: 'POST',
    path: '/api/test/upload',
    mode: 'upload',
    handle: async ({ req }) => {
      let bytes = 0
      for await (const chunk of req) bytes += (chunk as Buffer).length
      return { body: { bytes } }
    },
  }),
]

let api: TestApi
/** The same with longer deadlines, which no test reaches by being slow itself. */
let patient: TestApi
let unhurried: TestApi
beforeAll(async () => {
  api = await startTestApi({ config: { REQUEST_TIMEOUT_MS: DEADLINE_MS }, extraRoutes: routes })
  const slower = (REQUEST_TIMEOUT_MS: number) =>
    startTestApi({ deps: api.deps, config: { REQUEST_TIMEOUT_MS }, extraRoutes: routes })
  patient = await slower(LONG_DEADLINE_MS)
  unhurried = await slower(SLEEP_S * 2000)
})
afterAll(async () => {
  await unhurried.close()
  await patient.close()
  await api.close()
})
beforeEach(() => api.deps.db('counters').where('name', 'like', 'deadline-%').delete())

const post = (path: string) => api.http.post(path).set('X-Requested-With', 'clinic')

it('cuts a slow write: 503, statement killed, nothing written', async () => {
  const answer = await post('/api/test/slow-write')
  expect(answer.status).toBe(503)
  expect(answer.body.code).toBe('request/timeout')
  expect(answer.headers['retry-after']).toBe('1')
  await expectNothingRuns()
  expect(await rows()).toBe(0)
})

it('never commits after the deadline, even when the work before could not stop', async () => {
  expect((await post('/api/test/stubborn')).status).toBe(503)
  await sleep(DEADLINE_MS * 2)
  expect(await rows()).toBe(0)
})

it('kills a slow read, and the pool serves the next at once', async () => {
  const answers = await Promise.all(Array.from({ length: 15 }, () => api.http.get('/api/test/slow-read')))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
  await expectNothingRuns()
  await insert(api.deps, 'deadline-next')
  expect(await rows()).toBe(1)
})

it('kills the query of a client that went away', async () => {
  const gone = new AbortController()
  // a deadline of its own could come first
  const call = fetch(`${unhurried.url}/api/test/slow-read`, { signal: gone.signal }).catch(() => 'gone')
  await expect.poll(stillRunning).toBe(1)
  gone.abort()
  expect(await call).toBe('gone')
  await expectNothingRuns()
})

/** A body that sends a chunk every `everyMs`, `times` times, and then stands still or ends. */
const trickle = (everyMs: number, times: number, ends: boolean) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (let sent = 0; sent < times; sent++) {
        controller.enqueue(new Uint8Array(10))
        await sleep(everyMs)
      }
      if (ends) controller.close()
      else await sleep(DEADLINE_MS * 5)
    },
  })

const upload = (body: ReadableStream, path = '/api/test/upload', to = api) =>
  fetch(to.url + path, {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'X-Requested-With': 'clinic', 'Content-Type': 'application/json' },
  } as RequestInit & { duplex: 'half' })

it('lets an upload take longer than the deadline while it goes on', async () => {
  const answer = await upload(trickle(LONG_DEADLINE_MS / 4, 8, true), '/api/test/upload', patient)
  expect(answer.status).toBe(201)
  expect(await answer.json()).toEqual({ bytes: 80 })
})

it('cuts an upload that stands still, and a body that does', async () => {
  expect((await upload(trickle(1, 1, false))).status).toBe(408)
  expect((await upload(trickle(1, 1, false), '/api/test/stubborn')).status).toBe(408)
})
