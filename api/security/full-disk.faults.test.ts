import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findOperation } from '../../shared/operations/repository.ts'
import { openPool } from '../../shared/testing/database.ts'
import { testEnv } from '../../shared/testing/harness.ts'
import { type OwnServers, ownServers } from '../../shared/testing/own-servers.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { hashPassword } from '../../shared/users/password.ts'
import { TEST_PASSWORD } from '../http/testing.ts'

/** The database's own files take a good 200 MB of it. */
const DISK = '420m'
const SPARE_BYTES = 6_000_000
const WITHIN_MS = 120_000
const MOST_WRITES = 20_000
const CLIENTS = 8
const ROWS = 20_000

let disk = ''
let servers: OwnServers
let admin: ReturnType<typeof openPool>
let api: TestProcess
let worker: TestProcess
let cookie = ''

/** A disk of its own for the database's files, where the system lets us have one. */
function mountDisk(dir: string): void {
  disk = join(dir, 'mariadb')
  mkdirSync(disk, { mode: 0o700 })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk], { stdio: 'ignore' })
}
const mayMount = (): boolean => {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false
  }
}
const able = mayMount()

beforeAll(async () => {
  if (!able) return
  servers = await ownServers(mountDisk)
  const { databaseUrl, migrateDatabaseUrl, redisUrl, cacheRedisUrl } = servers.services
  const env = testEnv({
    DATABASE_URL: databaseUrl,
    MIGRATE_DATABASE_URL: migrateDatabaseUrl,
    REDIS_URL: redisUrl,
    CACHE_REDIS_URL: cacheRedisUrl,
    IMPORT_CHUNK_ROWS: '1000',
    CLINIC_FIRST: 'off',
  })
  admin = openPool(migrateDatabaseUrl)
  const password_hash = await hashPassword(TEST_PASSWORD)
  await admin('users').insert({ username: 'desk', name: 'Desk', role: 'admin', password_hash })
  ;[api, worker] = await Promise.all([startProcess('api', env), startProcess('worker', env)])
  await Promise.all([api.ready(), worker.ready()])
  const answer = await call('POST', '/api/auth/login', { username: 'desk', password: TEST_PASSWORD })
  cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] as string
})
afterAll(async () => {
  await Promise.all([api?.stop(), worker?.stop()])
  await admin?.destroy()
  if (disk !== '') rmSync(join(disk, 'ballast'), { force: true })
  await servers?.close().catch(() => undefined)
  if (disk !== '') execFileSync('umount', ['-l', disk])
})

const call = (method: string, path: string, body?: unknown, key?: string) =>
  fetch(`${api.url}${path}`, {
    method,
    headers: {
      Cookie: cookie,
      'X-Requested-With': 'clinic',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const free = () => {
  const { bavail, bsize } = statfsSync(disk)
  return bavail * bsize
}
/** Leaves a little, unless the database was quicker. */
function fillUp(): void {
  try {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.max(0, free() - SPARE_BYTES)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
async function importFile(file: string): Promise<string> {
  const form = new FormData()
  form.append('kind', 'patients')
  form.append('file', new Blob([file]), 'people.csv')
  const headers = { Cookie: cookie, 'X-Requested-With': 'clinic' }
  const answer = await fetch(`${api.url}/api/imports`, { method: 'POST', headers, body: form })
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { operation: { id: string } }).operation.id
}
const operation = async (id: string) => {
  const row = await findOperation(admin, id)
  return { status: row?.status, code: row?.error?.code, counts: row?.counts, processed: row?.processed ?? 0 }
}
const patients = async (where: string) =>
  Number((await admin('patients').where('remarks', 'like', `${where}%`).count({ n: '*' }).first())?.n)

it.skipIf(!able)(
  'a full disk of the database: writes are refused, reads go on, an import goes on when there is room',
  async () => {
    const id = await importFile(
      csvOf(
        Array.from({ length: ROWS }, (_, n) => ({ ...person(n), remarks: `import ${'r'.repeat(1900)}` })),
      ),
    )
    await expect.poll(async () => (await operation(id)).processed, { timeout: WITHIN_MS }).toBeGreaterThan(0)
    fillUp()

    // the desk goes on writing until there is no room; what was answered counts
    let [written, refused] = [0, 0]
    const keys: string[] = []
    const client = async (n: number) => {
      while (refused < CLIENTS * 3 && written < MOST_WRITES) {
        const key = randomUUID()
        const body = { name: `Somebody ${n}`, remarks: `desk ${'r'.repeat(1900)}` }
        const answer = await call('POST', '/api/patients', body, key)
        await answer.arrayBuffer()
        if (answer.status === 201) written += 1
        else {
          expect([503, 507]).toContain(answer.status)
          expect(answer.headers.get('retry-after')).not.toBeNull()
          refused += 1
          keys.push(key)
        }
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))
    expect(refused).toBeGreaterThanOrEqual(CLIENTS * 3)
    expect(await patients('desk')).toBe(written)

    expect((await call('GET', '/api/medications')).status).toBe(200)
    expect((await fetch(`${api.url}/livez`)).status).toBe(200)
    const stopped = await operation(id)
    if (stopped.status === 'failed') expect(stopped.code).toBe('unavailable/disk-full')
    else expect(['active', 'queued', 'completed']).toContain(stopped.status)

    rmSync(join(disk, 'ballast'))
    const again = keys.pop() as string
    await expect
      .poll(
        async () => (await call('POST', '/api/patients', { name: 'After', remarks: 'desk' }, again)).status,
        {
          timeout: WITHIN_MS,
          interval: 200,
        },
      )
      .toBe(201)
    expect(await patients('desk')).toBe(written + 1)
    if ((await operation(id)).status === 'failed')
      expect((await call('POST', `/api/operations/${id}/retry`, {})).status).toBe(202)
    await expect.poll(async () => (await operation(id)).status, { timeout: WITHIN_MS }).toBe('completed')
    const { counts } = await operation(id)
    expect(counts).toMatchObject({ read: ROWS, inserted: ROWS })
    expect(await patients('import')).toBe(ROWS)
  },
  600_000,
)
