import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeQueues, type JobQueues, openQueues } from '../jobs/queues.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { toSqlUtc } from '../units/clock.ts'
import { newId } from '../units/ids.ts'
import { jobQueueDepths, jobQueueState } from './job-queue-state.ts'
import { cacheSource, operationSource, poolSource, streamSource } from './metric-sources.ts'
import { createMetrics, mergeExpositions } from './metrics.ts'
import { queryTimes } from './query-times.ts'

let deps: TestDeps
let queues: JobQueues

beforeAll(async () => {
  deps = await testDeps()
  queues = openQueues(deps)
})
afterAll(async () => {
  await closeQueues(queues)
  await deps.close()
})

const operation = (status: string, counts: object) => ({
  id: newId(),
  type: 'imports.run',
  status,
  params: '{}',
  counts: JSON.stringify(counts),
  created_at: toSqlUtc(new Date()),
})

describe('the metrics text', () => {
  it('tells requests apart by route pattern and never by what was asked for', async () => {
    const metrics = createMetrics({ service: 'api', sources: [] })
    for (let id = 0; id < 10_000; id++) {
      metrics.requestDone({ method: 'GET', route: '/api/patients/:id', status: 200, durationMs: 3 })
      metrics.requestDone({ method: `X${id}`, route: 'unmatched', status: 404, durationMs: 1 })
    }
    const lines = (await metrics.text()).split('\n').filter((line) => /^clinic_http.*_count/.test(line))
    expect(lines).toEqual([
      'clinic_http_request_duration_seconds_count{service="api",method="GET",route="/api/patients/:id",status="2xx"} 10000',
      'clinic_http_request_duration_seconds_count{service="api",method="other",route="unmatched",status="4xx"} 10000',
    ])
  })

  it('shows pool, cache, streams, operations, import rows and job queues', async () => {
    await deps
      .db('operations')
      .insert([
        operation('completed', { inserted: 5, rejected: 2 }),
        operation('completed', { inserted: 1, updated: 4 }),
        operation('queued', {}),
      ])
    const sources = [
      poolSource(deps.db),
      cacheSource(() => ({ hits: 3, misses: 1 })),
      streamSource(() => 9),
      operationSource(deps.db),
    ]
    const text = await createMetrics({ service: 'worker', sources, queues }).text()
    expect(text).toContain('clinic_db_pool_connections{state="max",service="worker"} 10')
    expect(text).toContain('clinic_cache_reads{outcome="hit",service="worker"} 3')
    expect(text).toContain('clinic_sse_connections{service="worker"} 9')
    expect(text).toContain('clinic_operations{status="completed",service="worker"} 2')
    expect(text).toContain('clinic_import_rows{outcome="inserted",service="worker"} 6')
    expect(text).toContain('clinic_import_rows{outcome="rejected",service="worker"} 2')
    expect(text).toMatch(/bullmq_job_count\{queue="bulk", state="waiting".*\} 0/)
    expect(text.match(/# HELP bullmq_job_count /g)).toHaveLength(1)
    expect(text).toMatch(/nodejs_eventloop_lag_seconds/)
    expect(text.endsWith('\n')).toBe(true)
  })

  it('leaves out what cannot be read and keeps the rest', async () => {
    const failing = streamSource(() => {
      throw new Error('away')
    })
    const text = await createMetrics({ service: 'api', sources: [failing, poolSource(deps.db)] }).text()
    expect(text).not.toMatch(/^clinic_sse_connections\{/m)
    expect(text).toContain('clinic_db_pool_connections{state="used"')
  })
})

describe('mergeExpositions', () => {
  it('keeps all lines of a metric together and its description once', () => {
    const one = (queue: string) =>
      `# HELP a x\n# TYPE a gauge\na{queue="${queue}"} 1\nb{queue="${queue}"} 2\n`
    expect(mergeExpositions([one('p'), one('q')]).split('\n')).toEqual([
      '# HELP a x',
      '# TYPE a gauge',
      'a{queue="p"} 1',
      'a{queue="q"} 1',
      'b{queue="p"} 2',
      'b{queue="q"} 2',
    ])
  })
})

describe('queryTimes', () => {
  it('measures every statement of the pool, in transactions and failed ones too', async () => {
    const times = queryTimes(deps.database.admin)
    await deps.database.admin.raw('select sleep(0.03)')
    await deps.database.admin.transaction(async (trx) => trx.raw('select 1'))
    await deps.database.admin.raw('select nonsense').catch(() => undefined)
    const { count, averageMs, p95Ms } = await times.summary()
    expect(count).toBeGreaterThanOrEqual(3)
    expect(averageMs).toBeGreaterThan(5)
    expect(p95Ms).toBeGreaterThanOrEqual(30)
  })
})

describe('job queue state', () => {
  it('counts jobs and finds the one that has waited longest', async () => {
    expect((await jobQueueState(queues)).oldestWaitingAt).toBeNull()
    const first = await queues.bulk.add('probe', {}, { jobId: 'a-1' })
    await queues.bulk.add('probe', {}, { jobId: 'a-2' })
    await queues.reports.add('probe', {}, { jobId: 'a-3' })
    expect(await jobQueueState(queues)).toEqual({
      waiting: 3,
      active: 0,
      failed: 0,
      oldestWaitingAt: first.timestamp,
    })
    expect((await jobQueueDepths(queues)).bulk).toEqual({ waiting: 2, active: 0, delayed: 0, failed: 0 })
  })
})
