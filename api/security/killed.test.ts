import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps, testEnv } from '../../shared/testing/harness.ts'
import { freePort, startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { type FaultProxy, startProxy } from '../../shared/testing/proxy.ts'
import { hashPassword } from '../../shared/users/password.ts'
import { TEST_PASSWORD } from '../http/testing.ts'

const CLIENTS = 8
const EACH = 25
const KILLS = 3

let deps: TestDeps
let database: FaultProxy
let redis: FaultProxy
let cache: FaultProxy
beforeAll(async () => {
  deps = await testDeps()
  database = await startProxy(deps.config.DATABASE_URL)
  redis = await startProxy(deps.config.REDIS_URL)
  cache = await startProxy(deps.config.CACHE_REDIS_URL)
  const password_hash = await hashPassword(TEST_PASSWORD)
  await deps.db('users').insert({ username: 'desk', name: 'Desk', role: 'assistant', password_hash })
})
afterAll(async () => {
  await Promise.all([database, redis, cache].map((each) => each.close()))
  await deps.close()
})

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'X-Requested-With': 'clinic', 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'desk', password: TEST_PASSWORD }),
  })
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] as string
}

it('an API killed under writes: what was answered is there, everything once, each with its entry', async () => {
  const env = testEnv({ PORT: String(await freePort()) })
  let api: TestProcess = await startProcess('api', env)
  await api.ready()
  const { url } = api
  const cookie = await signIn(url)
  const answered = new Map<string, string>()
  let done = 0
  let failures = 0
  const client = async (n: number) => {
    for (let i = 0; i < EACH; i++) {
      const key = randomUUID()
      for (;;) {
        const answer = await fetch(`${url}/api/registrations`, {
          method: 'POST',
          headers: {
            Cookie: cookie,
            'X-Requested-With': 'clinic',
            'Content-Type': 'application/json',
            'Idempotency-Key': key,
          },
          body: JSON.stringify({ patient: { name: `Somebody ${n} ${i}` }, ticket: {} }),
        }).catch(() => null)
        if (answer?.status === 201) {
          const { ticket } = (await answer.json()) as { ticket: { id: string } }
          answered.set(key, ticket.id)
          done += 1
          break
        }
        failures += 1
        if (answer === null) await new Promise((resolve) => setTimeout(resolve, 50))
        else expect(answer.status).toBe(503)
      }
    }
  }
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))
  for (let kill = 1; kill <= KILLS; kill++) {
    await expect
      .poll(() => done, { timeout: 90_000, interval: 1 })
      .toBeGreaterThan((CLIENTS * EACH * kill) / (KILLS + 2))
    api.signal('SIGKILL')
    await api.ended
    api = await startProcess('api', env)
  }
  await clients
  await api.stop()
  expect(failures).toBeGreaterThan(0)
  const total = CLIENTS * EACH
  const tickets = await deps.db('tickets').orderBy('no').select('id', 'no')
  expect(tickets.map(({ no }) => no)).toEqual(Array.from({ length: total }, (_, n) => n + 1))
  expect(new Set(tickets.map(({ id }) => String(id)))).toEqual(new Set(answered.values()))
  expect(await deps.db('patients')).toHaveLength(total)
  const entries = await deps.db('audit_entries').where({ action: 'patients.register' })
  expect(entries).toHaveLength(total)
}, 240_000)

it('an API that starts before its servers waits, says so, and is ready by itself', async () => {
  for (const each of [database, redis, cache]) each.setMode('refuse')
  const env = testEnv({ DATABASE_URL: database.url, REDIS_URL: redis.url, CACHE_REDIS_URL: cache.url })
  const api = await startProcess('api', env)
  let ended = false
  void api.ended.then(() => {
    ended = true
  })
  try {
    const asks = () =>
      fetch(`${api.url}/readyz`).then(
        ({ status }) => status,
        () => 0,
      )
    // the database first: without its epoch nothing is served at all
    database.setMode('pass')
    await expect.poll(asks, { timeout: 60_000, interval: 100 }).toBe(503)
    expect((await fetch(`${api.url}/livez`)).status).toBe(200)
    for (const each of [redis, cache]) each.setMode('pass')
    await api.ready(60_000)
    expect(ended).toBe(false)
    expect(await signIn(api.url)).toMatch(/^clinic=/)
  } finally {
    await api.stop()
  }
}, 180_000)

const hasLimits = spawnSync('prlimit', ['--version']).status === 0

it.skipIf(!hasLimits)(
  'an API without file handles to spare refuses, lives, and serves when there are some',
  async () => {
    const api = await startProcess('api', testEnv())
    await api.ready()
    let ended = false
    void api.ended.then(() => {
      ended = true
    })
    const sockets: Socket[] = []
    try {
      const used = readdirSync(`/proc/${api.pid}/fd`).length
      expect(spawnSync('prlimit', ['--pid', String(api.pid), `--nofile=${used + 20}`]).status).toBe(0)
      const { port } = new URL(api.url)
      for (let n = 0; n < 60; n++) {
        const socket = connect(Number(port), '127.0.0.1')
        socket.on('error', () => undefined)
        sockets.push(socket)
      }
      await expect
        .poll(() => readdirSync(`/proc/${api.pid}/fd`).length, { timeout: 60_000 })
        .toBeGreaterThanOrEqual(used + 15)
      for (const socket of sockets) socket.destroy()
      await expect
        .poll(
          () =>
            fetch(`${api.url}/readyz`).then(
              ({ status }) => status,
              () => 0,
            ),
          { timeout: 60_000 },
        )
        .toBe(200)
      expect(await signIn(api.url)).toMatch(/^clinic=/)
      expect(ended).toBe(false)
    } finally {
      for (const socket of sockets) socket.destroy()
      await api.stop()
    }
  },
  180_000,
)
