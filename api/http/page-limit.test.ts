import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { createApp } from '../app.ts'
import { jobQueuePages } from '../ops/job-queue-pages.ts'
import { type ApiServices, closeServices, openServices } from '../services.ts'

const PER_HOUR = 10

let deps: TestDeps
const closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  deps = await testDeps({ RATE_LIMIT_GENERAL_PER_HOUR: 1, TRUST_PROXY: 1 })
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(() => deps.close())

/** An API with its pages; `redis` replaces the connection that the pages count on. */
async function serve(redis?: Redis): Promise<{ url: string; services: ApiServices }> {
  const services = await openServices(deps)
  const own = redis === undefined ? services : { ...services, deps: { ...deps, redis } }
  const app = createApp(own, { pages: [jobQueuePages(own)] })
  const server: Server = createServer(app.listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    app.close()
    await closeServices(services)
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, services }
}

const page = (url: string, path: string, address: string) =>
  request(url).get(path).set('X-Forwarded-For', address).set('Accept', 'text/html')

describe('pages', () => {
  it('are limited by address, over two processes, with counters of their own; files do not count', async () => {
    const [one, other] = [await serve(), await serve()]
    const statuses: number[] = []
    for (let n = 0; n < PER_HOUR; n++) {
      const url = n % 2 === 0 ? one.url : other.url
      statuses.push((await page(url, '/admin/queues', '203.0.113.1')).status)
      await page(url, '/favicon.ico', '203.0.113.1')
    }
    expect(statuses).toEqual(Array(PER_HOUR).fill(401))
    const refused = await page(one.url, '/admin/queues', '203.0.113.1')
    expect(refused.status).toBe(429)
    expect(refused.body.code).toBe('rate/limited')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3000)
    expect(refused.headers['x-ratelimit-remaining']).toBe('0')
    expect((await page(other.url, '/patients', '203.0.113.1')).status).toBe(429)
    expect((await page(one.url, '/admin/queues', '203.0.113.2')).status).toBe(401)
    const keys = await deps.redis.keys(`${deps.prefix}:limit:pages*`)
    expect(keys.length).toBe(2)
  })

  it('a Redis that is away neither opens the administrators’ page nor holds the others up', async () => {
    const away = new Redis({ port: 1, lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 })
    away.on('error', () => undefined)
    closing.push(async () => away.disconnect())
    const { url } = await serve(away)
    const admin = await page(url, '/admin/queues', '203.0.113.3')
    expect([admin.status, admin.body.code]).toEqual([503, 'unavailable/redis'])
    const statuses: number[] = []
    for (let n = 0; n <= PER_HOUR; n++) statuses.push((await page(url, '/patients', '203.0.113.3')).status)
    expect(statuses.slice(0, PER_HOUR).every((status) => status === 200 || status === 404)).toBe(true)
    expect(statuses.at(-1)).toBe(429)
  })

  it('are shut for an address that somebody shut out', async () => {
    const { url, services } = await serve()
    await deps.db('address_rules').insert({
      kind: 'block',
      network: '203.0.113.4',
      reason: 'x',
      created_at: '2026-01-01 00:00:00.000',
    })
    await deps.redis.set(`${deps.prefix}:address-rules`, 'changed')
    await services.guard?.tick()
    for (const path of ['/admin/queues', '/patients', '/favicon.ico'])
      expect((await page(url, path, '203.0.113.4')).status, path).toBe(403)
    expect((await page(url, '/patients', '203.0.113.5')).status).not.toBe(403)
  })
})

it('several apps on one pool listen to its statements once', async () => {
  const before = deps.db.listenerCount('query')
  await serve()
  await serve()
  await serve()
  expect(deps.db.listenerCount('query')).toBeLessThanOrEqual(Math.max(1, before))
})
