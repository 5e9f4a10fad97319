import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseConfig } from '../../shared/config/config.ts'
import { closeDeps, type Deps, openDeps } from '../../shared/deps.ts'
import { createLog } from '../../shared/log/log.ts'
import { openPool } from '../../shared/testing/database.ts'
import { testEnv } from '../../shared/testing/harness.ts'
import { type OwnServers, ownServers } from '../../shared/testing/own-servers.ts'
import { startTestApi, TEST_PASSWORD, type TestApi } from '../http/testing.ts'

const WITHIN_MS = 60_000

let servers: OwnServers
let deps: Deps
let jobs: Redis
let cache: Redis
let admin: ReturnType<typeof openPool>
let api: TestApi
let cookie: string
let patientId: string

beforeAll(async () => {
  servers = await ownServers()
  const { databaseUrl, migrateDatabaseUrl, redisUrl, cacheRedisUrl } = servers.services
  const config = parseConfig(
    testEnv({
      DATABASE_URL: databaseUrl,
      MIGRATE_DATABASE_URL: migrateDatabaseUrl,
      REDIS_URL: redisUrl,
      CACHE_REDIS_URL: cacheRedisUrl,
    }),
  )
  deps = await openDeps({ config, log: createLog(config, 'test'), poolMax: 4, statementTimeoutMs: 10_000 })
  jobs = new Redis(redisUrl)
  cache = new Redis(cacheRedisUrl)
  admin = openPool(migrateDatabaseUrl)
  api = await startTestApi({ deps: deps as never })
  cookie = await api.signIn('admin')
  patientId = (await send('post', '/api/patients').send({ name: 'Siti' })).body.id
}, 120_000)
afterAll(async () => {
  await api?.close()
  await closeDeps(deps)
  await admin.destroy()
  jobs.disconnect()
  cache.disconnect()
  await servers.close()
})

const send = (method: 'get' | 'post' | 'patch', path: string) =>
  request(api.url)[method](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const read = () => send('get', `/api/patients/${patientId}`)
const login = () =>
  request(api.url)
    .post('/api/auth/login')
    .set('X-Requested-With', 'clinic')
    .send({ username: 'admin', password: TEST_PASSWORD })
const untilWell = () =>
  expect
    .poll(async () => [(await read()).status, (await login()).status], { timeout: WITHIN_MS })
    .toEqual([200, 200])

it('a Redis for jobs that is full opens nothing, and all is well when there is room again', async () => {
  await jobs.config('SET', 'maxmemory', '1')
  try {
    const refused = await login()
    expect(refused.status).toBe(503)
    expect(refused.headers).toHaveProperty('retry-after')
    expect(refused.headers).not.toHaveProperty('set-cookie')
    // whoever is in is either let work or told to come again, never asked who he is
    expect([200, 503]).toContain((await read()).status)
  } finally {
    await jobs.config('SET', 'maxmemory', '0')
  }
  await untilWell()
})

it('a cache that is full costs time only', async () => {
  await cache.config('SET', 'maxmemory', '1')
  try {
    for (let n = 0; n < 3; n++) expect((await read()).status).toBe(200)
    const { version } = (await read()).body
    const changed = await send('patch', `/api/patients/${patientId}`).send({ version, company: 'Full' })
    expect([200, 503]).toContain(changed.status)
    if (changed.status === 200) expect((await read()).body.company).toBe('Full')
  } finally {
    await cache.config('SET', 'maxmemory', '0')
  }
  await untilWell()
  // what was read while the cache took nothing is not older than what was written
  const stored = await deps.db('patients').where({ id: patientId }).first('version')
  await expect.poll(async () => (await read()).body.version, { timeout: WITHIN_MS }).toBe(stored.version)
})

it('connections to Redis reset a hundred times under writes: each request once', async () => {
  const before = Number((await deps.db('patients').count({ n: '*' }).first())?.n)
  let done = 0
  let isOver = false
  const client = async (n: number) => {
    for (let i = 0; i < 20; i++) {
      const key = randomUUID()
      for (;;) {
        const answer = await send('post', '/api/patients')
          .set('Idempotency-Key', key)
          .send({ name: `Reset ${n} ${i}` })
        if (answer.status === 201) break
        expect(answer.status).toBe(503)
      }
      done += 1
    }
  }
  const resetting = (async () => {
    for (let n = 0; n < 100 && !isOver; n++) {
      for (const each of [jobs, cache]) await each.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  await Promise.all(Array.from({ length: 5 }, (_, n) => client(n)))
  isOver = true
  await resetting
  expect(done).toBe(100)
  expect(Number((await deps.db('patients').count({ n: '*' }).first())?.n)).toBe(before + 100)
  await untilWell()
}, 120_000)

/** Ends every connection of the application but the one that does it; its account may end its own. */
async function cutAll(): Promise<number> {
  const killer = openPool(servers.services.databaseUrl, 1)
  const [rows] = await killer.raw(
    'select id from information_schema.processlist where db = ? and user = ? and id <> connection_id()',
    ['clinic', new URL(servers.services.databaseUrl).username],
  )
  for (const { id } of rows) await killer.raw(`kill ${Number(id)}`).catch(() => undefined)
  await killer.destroy()
  return rows.length
}

it('connections that were cut while they lay idle are no error of anybody', async () => {
  let cut = 0
  for (let round = 0; round < 5; round++) {
    cut += await cutAll()
    const answers = await Promise.all([1, 2, 3].map(() => send('get', `/api/patients?limit=${round + 1}`)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  }
  expect(cut).toBeGreaterThan(4)
})

it('a row that another session holds is waited for a while only, and nothing is half done', async () => {
  const { version } = (await read()).body
  await admin.transaction(async (trx) => {
    await trx('patients').where({ id: patientId }).forUpdate()
    const answer = await send('patch', `/api/patients/${patientId}`).send({ version, company: 'Late' })
    expect(answer.status).toBe(503)
    expect(answer.headers).toHaveProperty('retry-after')
  })
  expect((await read()).body.version).toBe(version)
  const again = await send('patch', `/api/patients/${patientId}`).send({ version, company: 'Late' })
  expect([again.status, again.body.version]).toEqual([200, version + 1])
}, 120_000)

it('a database that takes no more connections: 503, and well again when there is room', async () => {
  const others = openPool(servers.services.databaseUrl, 250)
  // so that the API must ask for new ones
  await cutAll()
  try {
    // more than the server takes
    const held = Array.from({ length: 250 }, async () => others.raw('select sleep(5)'))
    const ended = Promise.allSettled(held)
    // the first one that is refused tells that there is no room any more
    await Promise.any(held.map((one) => one.then(() => Promise.reject(), String)))
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => send('get', `/api/patients?limit=${n + 10}`)),
    )
    for (const { status } of answers) expect([200, 503]).toContain(status)
    await ended
  } finally {
    await others.destroy()
  }
  await untilWell()
}, 120_000)
