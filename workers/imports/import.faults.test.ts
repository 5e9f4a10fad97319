import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { parseConfig } from '../../shared/config/config.ts'
import { closeDeps, type Deps, openDeps } from '../../shared/deps.ts'
import { closeQueues, type JobQueues, openQueues } from '../../shared/jobs/queues.ts'
import { createLog } from '../../shared/log/log.ts'
import { cancelOperation, requestOperation, retryOperation } from '../../shared/operations/commands.ts'
import { claimOperation, completeOperation } from '../../shared/operations/lifecycle.ts'
import { findOperation } from '../../shared/operations/repository.ts'
import { emptyTables, openPool } from '../../shared/testing/database.ts'
import { type OwnServers, ownServers } from '../../shared/testing/own-servers.ts'
import { csvOf, person, writePeople } from '../../shared/testing/people.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { type FaultProxy, startProxy } from '../../shared/testing/proxy.ts'
import { hashPassword } from '../../shared/users/password.ts'
import { aMoment, type ProcessRig, processRig } from './faults/testing.ts'

const ROWS = 100_000
const RECOVERY_S = 15
const NOBODY = { principal: null }
const PASSWORD = 'seven green umbrellas walk home'

let servers: OwnServers
let env: Record<string, string>
let deps: Deps
let queues: JobQueues
let rig: ProcessRig
let api: TestProcess | undefined
let proxy: FaultProxy
const table: { test: string; result: string; recoveryS: string }[] = []

beforeAll(async () => {
  servers = await ownServers()
  const { databaseUrl, migrateDatabaseUrl, redisUrl, cacheRedisUrl } = servers.services
  proxy = await startProxy(databaseUrl)
  env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: databaseUrl,
    MIGRATE_DATABASE_URL: migrateDatabaseUrl,
    REDIS_URL: redisUrl,
    CACHE_REDIS_URL: cacheRedisUrl,
    DATA_DIR: mkdtempSync(join(inject('services').filesDir, 'data-')),
    IMPORT_CHUNK_ROWS: '1000',
    WORKER_CONCURRENCY: '1',
    CLINIC_FIRST: 'off',
    RATE_LIMIT_GENERAL_PER_HOUR: '0',
    RATE_LIMIT_AUTH_PER_MINUTE: '0',
    RATE_LIMIT_HEAVY_PER_HOUR: '0',
  }
  const config = parseConfig(env)
  deps = await openDeps({ config, log: createLog(config, 'test'), poolMax: 10, statementTimeoutMs: 60_000 })
  queues = openQueues(deps)
})
beforeEach(async () => {
  const admin = openPool(env.MIGRATE_DATABASE_URL as string)
  await emptyTables(admin, 'clinic')
  await admin.destroy()
  await queues.bulk.obliterate({ force: true })
  rig = processRig(deps, queues, env)
})
afterEach(async () => {
  await Promise.all([rig.close(), api?.stop()])
  api = undefined
})
afterAll(async () => {
  const lines = table.map(
    ({ test, result, recoveryS }) => `${test.padEnd(62)} ${result.padEnd(8)} ${recoveryS}`,
  )
  process.stdout.write(`\n${'fault'.padEnd(62)} result   recovery s\n${lines.join('\n')}\n`)
  await proxy.close()
  await closeQueues(queues)
  await closeDeps(deps)
  await servers.close()
})

/** A test that answers the seconds from the end of the fault to work going on; they are limited and reported. */
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

const secondsSince = (at: number) => (Date.now() - at) / 1000

fault('kill -9 of the worker 10 times in one import of 300,000 rows', async () => {
  await Promise.all([rig.start(), rig.start()])
  const watched = await rig.importPeople(3 * ROWS)
  let worst = 0
  for (let i = 0; i < 10; i++) {
    await watched.reaches(0.02 + i * 0.09 + randomInt(5) / 100)
    await aMoment(200)
    const holder = await rig.holder(watched.id)
    holder.signal('SIGKILL')
    await holder.ended
    const [seconds] = await Promise.all([watched.goesOn(), rig.start()])
    worst = Math.max(worst, seconds)
  }
  expect((await watched.endsExactly()).attempts).toBe(11)
  return worst
})

fault('SIGTERM: handed over (limit 2 s), no attempt used', async () => {
  await Promise.all([rig.start(), rig.start()])
  const watched = await rig.importPeople(ROWS)
  let worst = 0
  for (const share of [0.2, 0.5]) {
    await watched.reaches(share)
    const before = await watched.record()
    const holder = await rig.holder(watched.id)
    const at = Date.now()
    holder.signal('SIGTERM')
    while ((await watched.record()).fence === before.fence) await sleep(5)
    worst = Math.max(worst, secondsSince(at))
    expect(await holder.ended).toBe(0)
    await rig.start()
  }
  expect(worst).toBeLessThan(2)
  expect(await watched.endsExactly()).toMatchObject({ attempts: 1, fence: 3 })
  return worst
})

fault('a frozen worker wakes after another has taken over', async () => {
  await Promise.all([rig.start(), rig.start()])
  const watched = await rig.importPeople(ROWS)
  await watched.reaches(0.2)
  await aMoment(100)
  const frozen = await rig.holder(watched.id)
  const { fence } = await watched.record()
  const at = Date.now()
  frozen.signal('SIGSTOP')
  while ((await watched.record()).fence === fence) await sleep(50)
  await watched.goesOn()
  const seconds = secondsSince(at)
  frozen.signal('SIGCONT')
  await watched.endsExactly()
  return seconds
})

fault('FLUSHALL with one import running and one waiting', async () => {
  await rig.start()
  const running = await rig.importPeople(ROWS)
  const waiting = await rig.importPeople(1000, 5_000_000)
  await running.reaches(0.3)
  await deps.redis.flushall()
  await deps.cacheRedis.flushall()
  await running.endsExactly()
  const at = Date.now()
  await waiting.endsExactly()
  return secondsSince(at)
})

for (const seconds of [5, 30, 60]) {
  fault(`Redis stopped for ${seconds} s`, async () => {
    await Promise.all([rig.start(), rig.start()])
    const watched = await rig.importPeople(ROWS)
    await watched.reaches(0.1)
    for (const name of ['jobs', 'cache'] as const) servers.signal(name, 'SIGTERM')
    await sleep(500)
    const meanwhile = await rig.importPeople(1000, 5_000_000)
    await watched.reaches(0.5)
    await sleep(seconds * 1000)
    await servers.revive()
    const at = Date.now()
    await meanwhile.endsExactly()
    const recovered = secondsSince(at)
    await watched.endsExactly()
    return recovered
  })
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  fault(`MariaDB restarted (${signal})`, async () => {
    await Promise.all([rig.start(), rig.start()])
    const watched = await rig.importPeople(ROWS)
    await watched.reaches(0.3)
    servers.signal('mariadb', signal)
    await sleep(5000)
    await servers.revive()
    const seconds = await watched.goesOn()
    await watched.endsExactly()
    return seconds
  })
}

for (const when of ['before', 'after'] as const) {
  fault(`link cut ${when} COMMIT, 20 times`, async () => {
    await rig.start({ DATABASE_URL: proxy.url })
    const watched = await rig.importPeople(ROWS)
    for (let i = 0; i < 20; i++) {
      await watched.reaches(0.1 + i * 0.03)
      // the next chunk's COMMIT comes after its LOAD DATA; those of others are cut now and then as well
      await Promise.race([proxy.cutAt(/^commit/i, when), sleep(2000)])
    }
    const seconds = await watched.goesOn()
    await watched.endsExactly()
    return seconds
  })
}

fault('the line to the database dead for 12 s, its connections open', async () => {
  await Promise.all([rig.start({ DATABASE_URL: proxy.url }), rig.start({ DATABASE_URL: proxy.url })])
  const watched = await rig.importPeople(ROWS)
  await watched.reaches(0.2)
  proxy.setMode('swallow')
  await sleep(12_000)
  proxy.setMode('pass')
  proxy.reset()
  const seconds = await watched.goesOn()
  await watched.endsExactly()
  return seconds
})

async function startApi(more: Record<string, string> = {}): Promise<TestProcess> {
  api = await startProcess('api', { ...env, ...more })
  await api.ready()
  return api
}

async function signIn(url: string): Promise<string> {
  if ((await deps.db('users').first('id')) === undefined) {
    const password_hash = await hashPassword(PASSWORD)
    await deps.db('users').insert({ username: 'boss', name: 'Boss', role: 'admin', password_hash })
  }
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'clinic' },
    body: JSON.stringify({ username: 'boss', password: PASSWORD }),
  })
  expect(answer.status).toBe(200)
  return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] as string
}

async function upload(url: string, cookie: string, file: Buffer | string, key?: string) {
  const form = new FormData()
  form.append('kind', 'patients')
  form.append('file', new Blob([file]), 'p.csv')
  const headers = {
    Cookie: cookie,
    'X-Requested-With': 'clinic',
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  }
  const answer = await fetch(`${url}/api/imports`, { method: 'POST', headers, body: form })
  return {
    status: answer.status,
    body: (await answer.json()) as { code?: string; operation?: { id: string } },
  }
}

async function untilEnded(id: string) {
  for (;;) {
    const row = await findOperation(deps.db, id)
    if (row !== undefined && ['completed', 'failed', 'cancelled'].includes(row.status)) return row
    await sleep(20)
  }
}

fault('API killed during an upload and during an import', async () => {
  await rig.start()
  const first = await startApi()
  const cookie = await signIn(first.url)
  const socket = connect(Number(new URL(first.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  const head =
    '--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\npatients\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n'
  socket.write(
    `POST /api/imports HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nX-Requested-With: clinic\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 50000000\r\n\r\n${head}`,
  )
  socket.write(Buffer.alloc(20_000_000, 'x'))
  await sleep(500)
  first.signal('SIGKILL')
  await first.ended
  expect(await deps.db('operations')).toEqual([])
  const second = await startApi()
  const path = join(env.DATA_DIR as string, 'api-killed.csv')
  await writePeople(path, ROWS)
  const { status, body } = await upload(second.url, cookie, await readFile(path), 'again')
  expect(status).toBe(202)
  const id = body.operation?.id as string
  while (((await findOperation(deps.db, id))?.processed ?? 0) < ROWS / 4) await sleep(20)
  second.signal('SIGKILL')
  await second.ended
  const at = Date.now()
  const third = await startApi()
  const seen = await fetch(`${third.url}/api/operations/${id}`, { headers: { Cookie: cookie } })
  expect(seen.status).toBe(200)
  const seconds = secondsSince(at)
  const repeated = await upload(third.url, cookie, await readFile(path), 'again')
  expect(repeated).toMatchObject({ status: 202, body: { operation: { id } } })
  expect(await untilEnded(id)).toMatchObject({ status: 'completed', counts: { read: ROWS } })
  return seconds
})

fault('the same upload twice at once, 50 times', async () => {
  await rig.start()
  const { url } = await startApi()
  const cookie = await signIn(url)
  const ids = new Set<string>()
  for (let i = 0; i < 50; i++) {
    const file = csvOf([person(i)])
    const both = await Promise.all([1, 2].map(() => upload(url, cookie, file, `key-${i}`)))
    expect(both.map(({ status }) => status)).toEqual([202, 202])
    expect(both[0]?.body.operation?.id).toBe(both[1]?.body.operation?.id)
    ids.add(both[0]?.body.operation?.id as string)
  }
  const without = await Promise.all([1, 2].map(() => upload(url, cookie, csvOf([person(900), person(901)]))))
  const [a, b] = await Promise.all(without.map(({ body }) => untilEnded(body.operation?.id as string)))
  expect((a?.counts?.inserted ?? 0) + (b?.counts?.inserted ?? 0)).toBe(2)
  for (const id of ids) expect(await untilEnded(id)).toMatchObject({ counts: { inserted: 1 } })
  expect(await deps.db('operations')).toHaveLength(52)
  expect(Number((await deps.db('patients').count({ n: '*' }).first())?.n)).toBe(52)
  return null
})

const small = mountSmallDisk()
afterAll(() => small?.unmount())

/** A disk of 8 MB, where the system lets us have one. */
function mountSmallDisk(): { dir: string; unmount(): void } | null {
  const dir = mkdtempSync(join('/tmp', 'clinic-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    rmSync(dir, { recursive: true })
    return null
  }
  const unmount = () => {
    execFileSync('umount', ['-l', dir])
    rmSync(dir, { recursive: true })
  }
  return { dir, unmount }
}

fault(
  'disk full during an upload and during an import',
  async () => {
    const DATA_DIR = small?.dir as string
    await rig.start({ DATA_DIR })
    const { url } = await startApi({ DATA_DIR })
    const cookie = await signIn(url)
    const tooMuch = await upload(url, cookie, Buffer.alloc(12_000_000, 'x'))
    expect(tooMuch).toMatchObject({ status: 507, body: { code: 'unavailable/disk-full' } })
    expect(await readdir(join(DATA_DIR, 'uploads'))).toEqual([])
    const ballast = join(DATA_DIR, 'ballast')
    mkdirSync(DATA_DIR, { recursive: true })
    writeFileSync(ballast, Buffer.alloc(6_500_000))
    const { body } = await upload(url, cookie, csvOf([person(1), person(2)]))
    const id = body.operation?.id as string
    expect(await untilEnded(id)).toMatchObject({ status: 'failed', error: { code: 'unavailable/disk-full' } })
    expect(await readdir(join(DATA_DIR, 'work'))).toEqual([])
    rmSync(ballast)
    const at = Date.now()
    await retryOperation(deps, queues, id, NOBODY)
    for (let row = await untilEnded(id); row.status !== 'completed'; row = await untilEnded(id))
      await sleep(20)
    expect((await untilEnded(id)).counts).toMatchObject({ read: 2, inserted: 2 })
    return secondsSince(at)
  },
  small === null ? 'no right to mount a small disk' : undefined,
)

fault('cancel races completion, 1,000 times', async () => {
  const ends = { completed: 0, cancelled: 0 }
  for (let i = 0; i < 1000; i++) {
    const request = { type: 'import' as const, kind: 'patients', params: {} }
    const { row } = await requestOperation(deps, queues, request, NOBODY)
    const { hold } = await claimOperation(deps, row.id, 'racer')
    if (hold === null) throw new Error('not claimed')
    const [ended, cancelled] = await Promise.all([
      completeOperation(deps, hold, {}),
      cancelOperation(deps, row.id, NOBODY).then(
        (after) => after.status,
        (error) => error.code as string,
      ),
    ])
    const status = (await findOperation(deps.db, row.id))?.status as keyof typeof ends
    expect(ended).toBe(status)
    expect(cancelled).toBe(status === 'completed' ? 'state/conflict' : 'active')
    ends[status]++
  }
  expect(ends.completed + ends.cancelled).toBe(1000)
  expect(Math.min(ends.completed, ends.cancelled)).toBeGreaterThan(0)
  return null
})
