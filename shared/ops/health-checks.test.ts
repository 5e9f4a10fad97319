import { createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectDatabase } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { connectForRequests } from '../redis/connect.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { createHealthChecks, type JobQueueState } from './health-checks.ts'
import { health } from './schema.ts'
import { registerWorker } from './worker-registry.ts'

const IDLE: JobQueueState = { waiting: 0, active: 0, failed: 0, oldestWaitingAt: null }
const HANGS = () => new Promise<never>(() => undefined)

let deps: TestDeps
const ends: (() => unknown)[] = []

beforeAll(async () => {
  deps = await testDeps()
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})
afterAll(() => deps.close())

/** A server that takes connections and never says a word. */
async function silentServer(): Promise<number> {
  const server: Server = createServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => server.close())
  return (server.address() as { port: number }).port
}

const checksOf = (over: Partial<Deps> = {}, readJobQueues = async () => IDLE) =>
  createHealthChecks({ deps: { ...deps, ...over }, readJobQueues })

async function withWorker(): Promise<void> {
  const registration = await registerWorker(deps)
  ends.push(() => registration.stop())
}

const at = (instant: number) => ({ now: () => new Date(instant) })
const HOUR_MS = 3_600_000

describe('the health answer', () => {
  it('has the documented body when all is well', async () => {
    await withWorker()
    const body = await checksOf().full()
    expect(health.strict().parse(body)).toEqual(body)
    expect(body.response_time).toMatch(/^\d+\.\d\dms$/)
    expect(body.checks.database.status).toBe('healthy')
    expect(body.checks.redis.status).toBe('healthy')
    expect(body.checks.workers).toEqual({ status: 'healthy', count: 1 })
    expect(body.checks.queues).toEqual({
      status: 'healthy',
      waiting: 0,
      active: 0,
      failed: 0,
      oldest_waiting_seconds: 0,
    })
    expect(body.checks.backup).toEqual({ status: 'unproven', proven_at: null })
  })

  it('is degraded without a worker, and a stopped worker is gone at once', async () => {
    const registration = await registerWorker(deps)
    expect((await checksOf().full()).checks.workers.count).toBe(1)
    await registration.stop()
    const body = await checksOf().full()
    expect(body.checks.workers).toEqual({ status: 'degraded', count: 0 })
    expect(body.status).toBe('degraded')
  })

  it('is degraded when a job has waited for more than ten minutes, not at ten minutes', async () => {
    const now = Date.now()
    const waitedS = async (seconds: number) =>
      (
        await checksOf({ clock: at(now) }, async () => ({
          ...IDLE,
          waiting: 1,
          oldestWaitingAt: now - seconds * 1000,
        })).full()
      ).checks.queues
    expect(await waitedS(600)).toMatchObject({ status: 'healthy', oldest_waiting_seconds: 600 })
    expect(await waitedS(601)).toMatchObject({ status: 'degraded', oldest_waiting_seconds: 601 })
  })

  it('bears an unproven backup for the first 26 hours of an installation', async () => {
    const { created_at } = await deps.db('installation').first('created_at')
    const installed = Date.parse(`${created_at.replace(' ', 'T')}Z`)
    const statusAt = async (hours: number) =>
      (await checksOf({ clock: at(installed + hours * HOUR_MS) }).full()).checks.backup.status
    expect(await statusAt(25.9)).toBe('unproven')
    expect(await statusAt(26.1)).toBe('degraded')
  })

  it('counts a backup for 26 hours from its proof, while it is there', async () => {
    const provenAt = Date.parse('2026-03-01T04:00:00Z')
    const row = { operation_id: null, bytes: 1, table_count: 1, row_total: 1, key_id: 'k' }
    await deps.db('backups').insert({
      ...row,
      name: 'health-test',
      taken_at: '2026-03-01 02:30:00.000',
      proven_at: '2026-03-01 04:00:00.000',
    })
    ends.push(() => deps.db('backups').where({ name: 'health-test' }).delete())
    const backupAt = async (hours: number) =>
      (await checksOf({ clock: at(provenAt + hours * HOUR_MS) }).full()).checks.backup
    expect(await backupAt(25.9)).toEqual({ status: 'healthy', proven_at: '2026-03-01T04:00:00.000Z' })
    expect((await backupAt(26.1)).status).toBe('degraded')
    await deps.db('backups').where({ name: 'health-test' }).update({ removed_at: '2026-03-02 00:00:00.000' })
    expect((await backupAt(1)).proven_at).toBeNull()
  })

  it('is unhealthy soon when the database hangs', async () => {
    const port = await silentServer()
    const db = connectDatabase({
      url: `mysql://a:b@127.0.0.1:${port}/c`,
      poolMax: 2,
      connectTimeoutMs: 60_000,
      idleTimeoutMs: 1000,
      statementTimeoutMs: 1000,
    })
    ends.push(() => db.destroy())
    const checks = checksOf({ db })
    const startedAt = performance.now()
    const body = await checks.full()
    // two seconds are promised and a busy machine adds some; the connection would take a minute
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    expect(body.status).toBe('unhealthy')
    expect(body.checks.database.status).toBe('unhealthy')
    expect(body.checks.redis.status).toBe('healthy')
    expect(await checks.ready()).toBe(false)
  })

  it('is unhealthy when Redis hangs, with the numbers unknown', async () => {
    const redis = connectForRequests(`redis://127.0.0.1:${await silentServer()}`, 'silent')
    ends.push(() => redis.disconnect())
    const body = await checksOf({ redis }, HANGS).full()
    expect(body.status).toBe('unhealthy')
    expect(body.checks.redis.status).toBe('unhealthy')
    expect(body.checks.queues.waiting).toBeNull()
    expect(body.checks.workers.count).toBeNull()
  })

  it('asks the servers once for a hundred callers', async () => {
    let asked = 0
    const checks = checksOf({}, async () => {
      asked++
      return IDLE
    })
    await Promise.all(Array.from({ length: 100 }, () => checks.full()))
    expect(asked).toBe(1)
  })
})

describe('readiness', () => {
  it('is given when the database and Redis answer', async () => {
    expect(await checksOf({}, HANGS).ready()).toBe(true)
  })
})
