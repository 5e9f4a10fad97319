import request from 'supertest'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectForRequests } from '../../shared/redis/connect.ts'
import { flushRedis, type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { route } from './route.ts'
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing.ts'

const WRITE = { tag: 'test', summary: 'For the tests', access: 'session', method: 'POST' } as const
const routes = [
  route({ ...WRITE, path: '/api/test/heavy', limit: 'heavy', handle: async () => ({ status: 202 }) }),
  route({
    tag: 'test',
    summary: 'For the tests',
    method: 'GET',
    path: '/api/test/stream',
    access: 'session',
    limit: 'stream',
    mode: 'stream',
    handle: async ({ res }) => {
      res.end('ok')
      return 'raw'
    },
  }),
]

let deps: TestDeps
let apis: TestApi[] = []
beforeAll(async () => {
  deps = await testDeps()
})
afterAll(() => deps.close())
beforeEach(() => flushRedis(deps.prefix))
afterEach(async () => {
  for (const api of apis) await api.close()
  apis = []
})

/** Two API processes' worth of application on the same stores. */
async function two(config: object): Promise<[TestApi, TestApi]> {
  apis = [
    await startTestApi({ deps, config, extraRoutes: routes }),
    await startTestApi({ deps, config, extraRoutes: routes }),
  ]
  return apis as [TestApi, TestApi]
}

const get = (api: TestApi, cookie: string, path = '/api/auth/me') =>
  request(api.url).get(path).set('Cookie', cookie)
const login = (api: TestApi, username: string, password: string, address = '203.0.113.5') =>
  request(api.url)
    .post('/api/auth/login')
    .set('X-Requested-With', 'clinic')
    .set('X-Forwarded-For', address)
    .send({ username, password })
const tally = (answers: { status: number }[]) =>
  answers.reduce<Record<number, number>>((seen, { status }) => {
    seen[status] = (seen[status] ?? 0) + 1
    return seen
  }, {})

describe('the general limit', () => {
  it('is exact by person over two processes, whatever the address', async () => {
    const [a, b] = await two({ RATE_LIMIT_GENERAL_PER_HOUR: 30, TRUST_PROXY: 1 })
    const cookie = await a.signIn('doctor')
    // from anywhere but this machine only the locked name counts
    const locked = `__Host-${cookie}`
    const calls = Array.from({ length: 50 }, (_, n) =>
      get(n % 2 === 0 ? a : b, locked).set('X-Forwarded-For', `198.51.100.${n}`),
    )
    expect(tally(await Promise.all(calls))).toEqual({ 200: 30, 429: 20 })
    const refused = await get(a, cookie)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3500)
    expect(refused.headers['x-ratelimit-limit']).toBe('30')
    expect(refused.headers['x-ratelimit-remaining']).toBe('0')
    const other = await a.signIn('cashier')
    expect((await get(a, other)).status).toBe(200)
  })

  it('counts strangers by address', async () => {
    const [a, b] = await two({ RATE_LIMIT_GENERAL_PER_HOUR: 10, TRUST_PROXY: 1 })
    const stranger = (api: TestApi, address: string) =>
      request(api.url).get('/api/auth/me').set('X-Forwarded-For', `1.2.3.4, ${address}`)
    const calls = Array.from({ length: 16 }, (_, n) => stranger(n % 2 === 0 ? a : b, '203.0.113.9'))
    expect(tally(await Promise.all(calls))).toEqual({ 401: 10, 429: 6 })
    expect((await stranger(a, '203.0.113.10')).status).toBe(401)
  })

  it('gives back what turned out to be known already, and never counts streams or files', async () => {
    const [a] = await two({ RATE_LIMIT_GENERAL_PER_HOUR: 5 })
    const cookie = await a.signIn('doctor')
    const first = await get(a, cookie)
    for (let n = 0; n < 20; n++) {
      const again = await get(a, cookie).set('If-None-Match', first.headers.etag as string)
      expect(again.status).toBe(304)
      await a.app.edge.limit.flush()
      expect((await get(a, cookie, '/api/test/stream')).status).toBe(200)
      await get(a, cookie, '/assets/none.js')
    }
    const rest = [await get(a, cookie), await get(a, cookie), await get(a, cookie), await get(a, cookie)]
    expect(tally(rest)).toEqual({ 200: 4 })
    expect((await get(a, cookie)).status).toBe(429)
    expect((await get(a, cookie, '/api/test/stream')).status).toBe(200)
  })

  it('0 turns it off', async () => {
    const [a] = await two({ RATE_LIMIT_GENERAL_PER_HOUR: 0 })
    const cookie = await a.signIn('doctor')
    await get(a, cookie)
    expect(await deps.redis.keys(`${deps.prefix}:limit:general:*`)).toEqual([])
  })
})

describe('the heavy limit', () => {
  it('counts heavy calls alone, by person', async () => {
    const [a, b] = await two({ RATE_LIMIT_HEAVY_PER_HOUR: 4, RATE_LIMIT_GENERAL_PER_HOUR: 1000 })
    const cookie = await a.signIn('doctor')
    const heavy = (api: TestApi) =>
      request(api.url).post('/api/test/heavy').set('Cookie', cookie).set('X-Requested-With', 'clinic')
    for (let n = 0; n < 10; n++) await get(a, cookie)
    expect(tally([await heavy(a), await heavy(b), await heavy(a), await heavy(b), await heavy(a)])).toEqual({
      202: 4,
      429: 1,
    })
    expect((await get(a, cookie)).status).toBe(200)
  })
})

describe('the sign-in limit', () => {
  it('is 20 a minute for an account from an address, before any hashing, over two processes', async () => {
    const [a, b] = await two({ RATE_LIMIT_AUTH_PER_MINUTE: 20, TRUST_PROXY: 1 })
    await a.user('doctor')
    const tries = []
    for (let n = 0; n < 24; n++) tries.push(await login(n % 2 === 0 ? a : b, 'doctor', 'wrong wrong wrong'))
    expect(tally(tries)).toEqual({ 401: 20, 429: 4 })
    expect((await login(a, 'doctor', TEST_PASSWORD)).status).toBe(429)
    expect((await login(a, 'cashier', 'wrong wrong wrong')).status).toBe(401)
    expect((await login(a, 'doctor', TEST_PASSWORD, '203.0.113.77')).status).toBe(200)
  })

  it('guessing from everywhere slows down the guessers, not the owner at a known address', async () => {
    const [a] = await two({ RATE_LIMIT_AUTH_PER_MINUTE: 20, TRUST_PROXY: 1 })
    await a.user('doctor')
    expect((await login(a, 'doctor', TEST_PASSWORD, '192.0.2.1')).status).toBe(200)
    const guesses: { status: number }[] = []
    for (let n = 0; n < 120; n++)
      guesses.push(await login(a, 'doctor', 'wrong wrong wrong', `198.51.100.${n % 40}`))
    expect(guesses.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(100)
    expect(guesses.at(-1)?.status).toBe(429)
    expect((await login(a, 'doctor', TEST_PASSWORD, '192.0.2.1')).status).toBe(200)
  })
})

describe('without Redis', () => {
  it('nothing opens: protected routes and sign-in answer 503', async () => {
    const [a] = await two({ RATE_LIMIT_GENERAL_PER_HOUR: 100, RATE_LIMIT_AUTH_PER_MINUTE: 20 })
    const cookie = await a.signIn('doctor')
    const away = connectForRequests('redis://127.0.0.1:1', 'away')
    const b = await startTestApi({ deps, extraRoutes: routes, rewire: (each) => ({ ...each, redis: away }) })
    try {
      const answers = [
        await get(b, cookie),
        await get(b, cookie, '/api/test/stream'),
        await get(b, cookie, '/api/users'),
        await login(b, 'doctor', TEST_PASSWORD),
      ]
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503])
      expect(answers[0]?.body.code).toBe('unavailable/redis')
      expect(answers[0]?.headers).toHaveProperty('retry-after')
      expect((await request(b.url).get('/api/users')).status).toBe(401)
      expect(answers[3]?.headers).not.toHaveProperty('set-cookie')
    } finally {
      await b.close()
      away.disconnect()
    }
  })
})
