import Koa from 'koa'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Deps, openDeps } from '../../shared/deps.ts'
import { closeQueues, type JobQueues, openQueues } from '../../shared/jobs/queues.ts'
import { createLog } from '../../shared/log/log.ts'
import { registerWorker } from '../../shared/ops/worker-registry.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type FaultProxy, startProxy } from '../../shared/testing/proxy.ts'
import { createSession } from '../../shared/users/sessions.ts'
import { createEdge } from '../http/edge.ts'
import { openOps } from './ops.ts'
import { opsRoutes } from './routes.ts'

/** Two seconds are promised; a busy machine may add some, and what hangs would take the statement's five. */
const WITHIN_MS = 4500
const RECOVERS_WITHIN_MS = 40_000

let test: TestDeps
let deps: Deps
let queues: JobQueues
let database: FaultProxy
let redis: FaultProxy
let close: () => void
let api: ReturnType<typeof request>

beforeAll(async () => {
  test = await testDeps()
  database = await startProxy(test.config.DATABASE_URL)
  redis = await startProxy(test.config.REDIS_URL)
  const config = { ...test.config, DATABASE_URL: database.url, REDIS_URL: redis.url }
  deps = await openDeps({ config, log: createLog(config, 'test'), poolMax: 4, statementTimeoutMs: 5000 })
  queues = openQueues(deps)
  const ops = openOps({ deps, queues, openStreams: () => 3 })
  const edge = createEdge({
    services: { deps } as never,
    routes: opsRoutes(ops, () => []),
    findToken: async () => null,
  })
  const koa = new Koa()
  koa.use(async (ctx) => {
    ctx.respond = false
    await edge.handle(ctx.req, ctx.res)
  })
  api = request(koa.callback())
  close = () => edge.close()
})
afterEach(() => {
  database.setMode('pass')
  redis.setMode('pass')
})
afterAll(async () => {
  close()
  await closeQueues(queues)
  deps.redis.disconnect()
  deps.cacheRedis.disconnect()
  await Promise.all([database.close(), redis.close()])
  await deps.db.destroy()
  await test.close()
})

async function timed(path: string) {
  const startedAt = performance.now()
  const answer = await api.get(path)
  return { ...answer, status: answer.status, body: answer.body, tookMs: performance.now() - startedAt }
}

async function becomes(path: string, status: number): Promise<void> {
  const until = performance.now() + RECOVERS_WITHIN_MS
  while ((await api.get(path)).status !== status) {
    expect(performance.now()).toBeLessThan(until)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

describe('health over HTTP', () => {
  it('is open and healthy with a worker, degraded without', async () => {
    const registration = await registerWorker(test)
    expect((await timed('/api/performance/health')).body).toMatchObject({
      status: 'healthy',
      checks: { workers: { status: 'healthy', count: 1 } },
    })
    await registration.stop()
  })

  it.each([
    ['database', () => database],
    ['redis', () => redis],
  ] as const)('says soon that the %s is frozen, stays alive, and recovers', async (name, proxy) => {
    await becomes('/readyz', 200)
    proxy().setMode('swallow')
    await becomes('/api/performance/health', 503)
    const frozen = await timed('/api/performance/health')
    expect(frozen.tookMs).toBeLessThan(WITHIN_MS)
    expect(frozen.status).toBe(503)
    expect(frozen.headers['retry-after']).toBe('5')
    expect(frozen.body.status).toBe('unhealthy')
    expect(frozen.body.checks[name].status).toBe('unhealthy')

    await becomes('/readyz', 503)
    expect((await timed('/livez')).status).toBe(200)

    // as a restart would: what hung is cut, new connections pass
    proxy().setMode('pass')
    proxy().reset()
    await becomes('/readyz', 200)
    await becomes('/api/performance/health', 200)
  })
})

describe('with every database connection taken', () => {
  it('says that it is not ready, stays alive, and is ready again when they are free', async () => {
    await becomes('/readyz', 200)
    const slow = Array.from({ length: 20 }, async () => deps.db.raw('select sleep(1)'))
    await becomes('/readyz', 503)
    expect((await timed('/livez')).status).toBe(200)
    await Promise.all(slow)
    await becomes('/readyz', 200)
  })
})

describe('measurements', () => {
  const as = async (role: 'admin' | 'doctor') => {
    const data = { userId: '7', username: role, name: role, role, grants: [], mustChangePassword: false }
    const { secret } = await createSession(deps, data, { address: '127.0.0.1', userAgent: 'test' })
    return api.get('/api/performance/metrics').set('Cookie', `clinic=${secret}`)
  }

  it('are for administrators only', async () => {
    expect((await api.get('/api/performance/metrics')).status).toBe(401)
    expect((await as('doctor')).status).toBe(403)
  })

  it('show pool, queries, cache, job queues, event loop and memory', async () => {
    const { status, body } = await as('admin')
    expect(status).toBe(200)
    expect(body.database.pool).toMatchObject({ max: 4 })
    expect(body.database.queries.count).toBeGreaterThan(0)
    expect(body.cache).toEqual({ hits: 0, misses: 0, hitRate: null })
    expect(body.jobQueues.bulk).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
    expect(body.eventLoopLag.p99Ms).toBeGreaterThanOrEqual(0)
    expect(body.memory.rssBytes).toBeGreaterThan(1e6)
    expect(body.eventStreams).toBe(3)
  })
})
