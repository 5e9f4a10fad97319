import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { spoolDir } from '../../shared/audit/spool.ts'
import { closeDeps, type Deps, openDeps } from '../../shared/deps.ts'
import { createLog } from '../../shared/log/log.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type FaultProxy, startProxy } from '../../shared/testing/proxy.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let base: TestDeps
let deps: Deps
let database: FaultProxy
let cache: FaultProxy
let api: TestApi
let cookie: string
let patient: string

beforeAll(async () => {
  base = await testDeps()
  database = await startProxy(base.config.DATABASE_URL)
  cache = await startProxy(base.config.CACHE_REDIS_URL)
  const config = {
    ...base.config,
    DATABASE_URL: database.url,
    CACHE_REDIS_URL: cache.url,
    DB_CONNECT_TIMEOUT_MS: 1500,
  }
  deps = await openDeps({ config, log: createLog(config, 'test'), poolMax: 4, statementTimeoutMs: 5000 })
  api = await startTestApi({ deps: { ...base, ...deps } })
  cookie = await api.signIn('admin')
  const at = '2026-01-05 01:00:00.000'
  await base.db('patients').insert({ id: 1, name: 'Siti', created_at: at, updated_at: at })
  patient = '/api/patients/1'
})
afterAll(async () => {
  database.setMode('pass')
  await api.close()
  await closeDeps(deps)
  await Promise.all([database.close(), cache.close()])
  await base.close()
})

const get = (path: string) => request(api.url).get(path).set('Cookie', cookie)
/** Looks at a patient that are on record in the spool's files, which nobody drains here. */
const looks = (): number => {
  const dir = spoolDir(deps.config.DATA_DIR)
  const lines = readdirSync(dir).flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n'))
  return lines.filter((line) => line.includes('patients.read')).length
}
const KNOWN = () => [patient, '/api/medications?limit=20']

it('while the database is away, what was read before is answered from the cache, and on record; the rest says when to come again', async () => {
  for (const path of KNOWN()) expect([path, (await get(path)).status]).toEqual([path, 200])
  const before = looks()
  database.setMode('refuse')
  for (const path of KNOWN()) {
    const { status, headers } = await get(path)
    expect([path, status, headers['x-cache']]).toEqual([path, 200, 'HIT'])
  }
  const unknown = await get('/api/users')
  expect([unknown.status, Number(unknown.headers['retry-after']) > 0]).toEqual([503, true])
  expect(looks()).toBe(before + 1)
  database.setMode('pass')
})

it('while the cache is away, everything is answered from the database', async () => {
  await expect.poll(async () => (await get('/api/users')).status, { timeout: 30_000 }).toBe(200)
  cache.setMode('refuse')
  for (const path of KNOWN()) {
    const { status, headers } = await get(path)
    expect([path, status, headers['x-cache']]).toEqual([path, 200, expect.not.stringMatching('HIT')])
  }
  cache.setMode('pass')
})
