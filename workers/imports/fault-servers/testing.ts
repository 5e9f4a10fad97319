import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { parseConfig } from '../../../shared/config/config.ts'
import { closeDeps, type Deps, openDeps } from '../../../shared/deps.ts'
import { closeQueues, type JobQueues, openQueues } from '../../../shared/jobs/queues.ts'
import { createLog } from '../../../shared/log/log.ts'
import { findOperation, type OperationRow } from '../../../shared/operations/repository.ts'
import { emptyTables, openPool } from '../../../shared/testing/database.ts'
import { type OwnServers, ownServers } from '../../../shared/testing/own-servers.ts'
import { startProcess, type TestProcess } from '../../../shared/testing/processes.ts'
import { type FaultProxy, startProxy } from '../../../shared/testing/proxy.ts'
import { hashPassword } from '../../../shared/users/password.ts'
import { type ProcessRig, processRig } from '../faults/testing.ts'

const RECOVERY_S = 15
const PASSWORD = 'seven green umbrellas walk home'
const ENDED: readonly string[] = ['completed', 'failed', 'cancelled']

/** What the upload of a file answered. */
export interface Uploaded {
  status: number
  body: { code?: string; operation?: { id: string } }
}

/** Servers of its own, real processes on them, and what is made to fail in between. */
export interface FaultBed {
  servers: OwnServers
  env: Record<string, string>
  deps: Deps
  queues: JobQueues
  rig: ProcessRig
  /** In front of the database, for those who are started with its address. */
  proxy: FaultProxy
  /** A test that answers the seconds from the end of the fault to work going on; they are limited and reported. */
  fault(test: string, run: () => Promise<number | null>, skip?: string): void
  startApi(more?: Record<string, string>): Promise<TestProcess>
  /** Signs an administrator in and answers the cookie. */
  signIn(url: string): Promise<string>
  upload(url: string, cookie: string, file: Buffer | string, key?: string): Promise<Uploaded>
  untilEnded(id: string): Promise<OperationRow>
}

export const secondsSince = (at: number): number => (Date.now() - at) / 1000

const environment = (servers: OwnServers): Record<string, string> => ({
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  DATABASE_URL: servers.services.databaseUrl,
  MIGRATE_DATABASE_URL: servers.services.migrateDatabaseUrl,
  REDIS_URL: servers.services.redisUrl,
  CACHE_REDIS_URL: servers.services.cacheRedisUrl,
  DATA_DIR: mkdtempSync(join(inject('services').filesDir, 'data-')),
  IMPORT_CHUNK_ROWS: '1000',
  WORKER_CONCURRENCY: '1',
  CLINIC_FIRST: 'off',
  RATE_LIMIT_GENERAL_PER_HOUR: '0',
  RATE_LIMIT_AUTH_PER_MINUTE: '0',
  RATE_LIMIT_HEAVY_PER_HOUR: '0',
})

/** Registers the hooks of a file of fault tests; what it answers is filled before the first test runs. */
export function faultBed(): FaultBed {
  const table: { test: string; result: string; recoveryS: string }[] = []
  let api: TestProcess | undefined
  const bed = { ...clients(() => bed.deps), fault, startApi } as FaultBed

  beforeAll(async () => {
    bed.servers = await ownServers()
    bed.env = environment(bed.servers)
    bed.proxy = await startProxy(bed.servers.services.databaseUrl)
    const config = parseConfig(bed.env)
    const log = createLog(config, 'test')
    bed.deps = await openDeps({ config, log, poolMax: 10, statementTimeoutMs: 60_000 })
    bed.queues = openQueues(bed.deps)
  })
  beforeEach(async () => {
    const admin = openPool(bed.env.MIGRATE_DATABASE_URL as string)
    await emptyTables(admin, 'clinic')
    await admin.destroy()
    await bed.queues.bulk.obliterate({ force: true })
    bed.rig = processRig(bed.deps, bed.queues, bed.env)
  })
  afterEach(async () => {
    await Promise.all([bed.rig.close(), api?.stop()])
    api = undefined
  })
  afterAll(async () => {
    const lines = table.map(
      ({ test, result, recoveryS }) => `${test.padEnd(62)} ${result.padEnd(8)} ${recoveryS}`,
    )
    process.stdout.write(`\n${'fault'.padEnd(62)} result   recovery s\n${lines.join('\n')}\n`)
    await bed.proxy.close()
    await closeQueues(bed.queues)
    await closeDeps(bed.deps)
    await bed.servers.close()
  })

  function fault(test: string, run: () => Promise<number | null>, skip?: string): void {
    if (skip !== undefined) {
      table.push({ test, result: `skipped: ${skip}`, recoveryS: '' })
      it.skip(test, () => undefined)
      return
    }
    it(test, async () => {
      const line = { test, result: 'failed', recoveryS: '' }
      table.push(line)
      const seconds = await run()
      line.recoveryS = seconds === null ? '' : seconds.toFixed(1)
      if (seconds !== null) expect(seconds).toBeLessThanOrEqual(RECOVERY_S)
      line.result = 'passed'
    })
  }

  async function startApi(more: Record<string, string> = {}): Promise<TestProcess> {
    api = await startProcess('api', { ...bed.env, ...more })
    await api.ready()
    return api
  }

  return bed
}

/** What a person does with the API from outside. */
function clients(deps: () => Deps): Pick<FaultBed, 'signIn' | 'upload' | 'untilEnded'> {
  return {
    async signIn(url) {
      const { db } = deps()
      if ((await db('users').first('id')) === undefined) {
        const password_hash = await hashPassword(PASSWORD)
        await db('users').insert({ username: 'boss', name: 'Boss', role: 'admin', password_hash })
      }
      const answer = await fetch(`${url}/api/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'clinic' },
        body: JSON.stringify({ username: 'boss', password: PASSWORD }),
      })
      expect(answer.status).toBe(200)
      return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] as string
    },
    async upload(url, cookie, file, key) {
      const form = new FormData()
      form.append('kind', 'patients')
      form.append('file', new Blob([file]), 'p.csv')
      const headers = {
        Cookie: cookie,
        'X-Requested-With': 'clinic',
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      }
      const answer = await fetch(`${url}/api/imports`, { method: 'POST', headers, body: form })
      return { status: answer.status, body: (await answer.json()) as Uploaded['body'] }
    },
    async untilEnded(id) {
      for (;;) {
        const row = await findOperation(deps().db, id)
        if (row !== undefined && ENDED.includes(row.status)) return row
        await sleep(20)
      }
    },
  }
}
