import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { closeDeps, type Deps, openDeps } from '../../shared/deps.ts'
import { createLog } from '../../shared/log/log.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type FaultProxy, startProxy } from '../../shared/testing/proxy.ts'
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing.ts'

/** Far above what it takes, and below what a request that nobody cuts would wait. */
const FROZEN_WITHIN_MS = 20_000
const RECOVERS_WITHIN_MS = 30_000

let base: TestDeps
let deps: Deps
let database: FaultProxy
let redis: FaultProxy
let api: TestApi
let cookie: string

beforeAll(async () => {
  base = await testDeps()
  database = await startProxy(base.config.DATABASE_URL)
  redis = await startProxy(base.config.REDIS_URL)
  const config = {
    ...base.config,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    DB_CONNECT_TIMEOUT_MS: 1500,
    RATE_LIMIT_GENERAL_PER_HOUR: 1000,
    RATE_LIMIT_AUTH_PER_MINUTE: 20,
  }
  deps = await openDeps({ config, log: createLog(config, 'test'), poolMax: 4, statementTimeoutMs: 5000 })
  api = await startTestApi({ deps: { ...base, ...deps } })
  cookie = await api.signIn('admin')
})
afterEach(async () => {
  for (const each of [database, redis]) {
    each.setMode('pass')
    each.setDelayMs(0)
  }
  await expect.poll(async () => (await me()).status, { timeout: RECOVERS_WITHIN_MS, interval: 100 }).toBe(200)
})
afterAll(async () => {
  await api.close()
  await closeDeps(deps)
  await Promise.all([database.close(), redis.close()])
  await base.close()
})

const me = () => request(api.url).get('/api/auth/me').set('Cookie', cookie)
const users = () => request(api.url).get('/api/users').set('Cookie', cookie)
const login = () =>
  request(api.url)
    .post('/api/auth/login')
    .set('X-Requested-With', 'clinic')
    .send({ username: 'admin', password: TEST_PASSWORD })

/** Both calls are refused with 503 and a hint when to come back, in time, and nobody gets a cookie. */
async function expectClosed(): Promise<void> {
  const startedAt = performance.now()
  const answers = await Promise.all([me(), users(), login()])
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
  expect(performance.now() - startedAt).toBeLessThan(FROZEN_WITHIN_MS)
  for (const { headers } of answers) {
    expect(headers).toHaveProperty('retry-after')
    expect(headers).not.toHaveProperty('set-cookie')
  }
}

describe('nothing opens, and all is well again by itself,', () => {
  it('while Redis refuses', async () => {
    redis.setMode('refuse')
    await expectClosed()
  })

  it('while Redis is frozen', async () => {
    redis.setMode('swallow')
    await expectClosed()
  })

  it('while the database refuses', async () => {
    database.setMode('refuse')
    await expectClosed()
  })

  it('while both are away', async () => {
    redis.setMode('refuse')
    database.setMode('refuse')
    await expectClosed()
  })
})

describe('slow servers', () => {
  it('cost time, not answers: Redis half a second late, the database a fifth', async () => {
    redis.setDelayMs(500)
    database.setDelayMs(200)
    const ask = async () => (await Promise.all([me(), users(), login()])).map(({ status }) => status)
    await expect.poll(ask, { timeout: RECOVERS_WITHIN_MS }).toEqual([200, 200, 200])
  })
})
