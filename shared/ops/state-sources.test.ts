import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { createMetrics } from './metrics.ts'
import type { Health } from './schema.ts'
import { healthSource, memorySource, outboxSource, streamFiguresSource } from './state-sources.ts'

let deps: TestDeps

beforeAll(async () => {
  deps = await testDeps()
})
afterAll(() => deps.close())

const health = (checks: Partial<Health['checks']>): Health => ({
  status: 'healthy',
  timestamp: '2026-11-24T00:00:00.000Z',
  response_time: '1.00ms',
  checks: {
    database: { status: 'healthy', response_time: '1.00ms' },
    redis: { status: 'healthy', response_time: '1.00ms' },
    queues: { status: 'healthy', waiting: 0, active: 0, failed: 0, oldest_waiting_seconds: 0 },
    workers: { status: 'healthy', count: 1 },
    memory: { status: 'healthy', usage_percent: 40 },
    disk: { status: 'healthy', usage_percent: 50 },
    backup: { status: 'unproven', proven_at: null },
    ...checks,
  },
})

/** The lines of one metric as Prometheus reads them. */
async function lines(registry: Registry, name: string): Promise<string[]> {
  const text = await registry.metrics()
  return text.split('\n').filter((line) => line.startsWith(name))
}

it('says of each part what the health answer says, and leaves out what could not be read', async () => {
  const registry = new Registry()
  const full = async () =>
    health({
      redis: { status: 'unhealthy', response_time: '1.00ms' },
      backup: { status: 'degraded', proven_at: null },
      queues: { status: 'degraded', waiting: 3, active: 0, failed: 0, oldest_waiting_seconds: 700 },
      disk: { status: 'degraded', usage_percent: null },
    })
  healthSource({ full })(registry)
  memorySource({ full })(registry)
  const states = await lines(registry, 'clinic_health{')
  expect(states).toContain('clinic_health{check="database"} 0')
  expect(states).toContain('clinic_health{check="redis"} 2')
  expect(states).toContain('clinic_health{check="backup"} 1')
  expect(await lines(registry, 'clinic_job_oldest_waiting_seconds ')).toEqual([
    'clinic_job_oldest_waiting_seconds 700',
  ])
  expect(await lines(registry, 'clinic_workers ')).toEqual(['clinic_workers 1'])
  expect(await lines(registry, 'clinic_memory_used_percent ')).toEqual(['clinic_memory_used_percent 40'])
  expect(await lines(registry, 'clinic_disk_used_percent ')).toEqual(['clinic_disk_used_percent Nan'])
})

it('shows events that are committed and not published, and how old the oldest is', async () => {
  const quiet = new Registry()
  outboxSource(deps.db)(quiet)
  expect(await lines(quiet, 'clinic_outbox_')).toEqual([
    'clinic_outbox_events 0',
    'clinic_outbox_oldest_seconds 0',
  ])
  await deps.db('outbox_events').insert({
    topic: 'operations',
    type: 'operation.queued',
    body: '{}',
    created_at: new Date(Date.now() - 90_000).toISOString().replace('T', ' ').slice(0, 23),
  })
  const busy = new Registry()
  outboxSource(deps.db)(busy)
  expect(await lines(busy, 'clinic_outbox_events ')).toEqual(['clinic_outbox_events 1'])
  const [age = ''] = await lines(busy, 'clinic_outbox_oldest_seconds ')
  expect(Number(age.split(' ')[1])).toBeGreaterThanOrEqual(89)
})

it('counts what streams did and which requests were refused, by a closed set of statuses', async () => {
  const metrics = createMetrics({
    service: 'api',
    sources: [streamFiguresSource(() => ({ eventsSent: 7, slowClientsDropped: 2 }))],
  })
  for (const status of [200, 429, 429, 401, 418, 503])
    metrics.requestDone({ method: 'GET', route: '/api/x', status, durationMs: 1 })
  const text = await metrics.text()
  expect(text).toContain('clinic_sse_events_sent{service="api"} 7')
  expect(text).toContain('clinic_sse_slow_clients_dropped{service="api"} 2')
  expect(text).toContain('clinic_http_refused_total{status="429",service="api"} 2')
  expect(text).toContain('clinic_http_refused_total{status="507",service="api"} 0')
  expect(text).not.toContain('status="418"')
})
