import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generate } from 'otplib'
import request from 'supertest'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type ClinicalApi, startClinicalApi } from '../../api/certificates/testing.ts'
import { TEST_PASSWORD } from '../../api/http/testing.ts'
import { readKey } from '../../shared/config/config.ts'
import { openPool } from '../../shared/testing/database.ts'
import { type Services, startServices } from '../../shared/testing/launcher.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { runCommand, startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { importRig } from '../imports/testing.ts'
import { makeBackup } from './make.ts'
import { backupsDir } from './manifest.ts'
import { backupSettings, fillPatients } from './testing.ts'

let api: ClinicalApi
let host: Services
let hostDir: string
const processes: TestProcess[] = []
const HOUR_MS = 3_600_000

beforeAll(async () => {
  api = await startClinicalApi({ config: backupSettings(), rewire: (deps) => deps })
  hostDir = await mkdtemp(join(inject('services').filesDir, 'host-'))
  host = await startServices(join(hostDir, 'servers'))
})
afterAll(async () => {
  await Promise.all(processes.map((process) => process.stop()))
  await host.stop()
  await rm(hostDir, { recursive: true, force: true })
  await api.close()
})

const post = (url: string, path: string) => request(url).post(path).set('X-Requested-With', 'clinic')
const codeOf = (secret: string, aheadS = 0) =>
  generate({ secret, epoch: Math.floor(Date.now() / 1000) + aheadS })

/** Turns the second step on for somebody and answers the seed. */
async function withSecondStep(username: string): Promise<string> {
  const cookie = await api.signIn('admin', username)
  const made = await post(api.url, '/api/auth/2fa/setup')
    .set('Cookie', cookie)
    .send({ password: TEST_PASSWORD })
  const { secret } = made.body as { secret: string }
  const on = await post(api.url, '/api/auth/2fa/enable')
    .set('Cookie', cookie)
    .send({ code: await codeOf(secret, -30) })
  expect(on.status, on.text).toBeLessThan(300)
  return secret
}

/** The environment of the empty host: nothing of the old one but the backup key. */
async function hostEnv(): Promise<Record<string, string>> {
  const keyFile = join(hostDir, 'backup-key')
  await writeFile(keyFile, readKey(api.deps.config, 'BACKUP_KEY_FILE').toString('base64'))
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    DATABASE_URL: host.databaseUrl,
    MIGRATE_DATABASE_URL: host.migrateDatabaseUrl,
    BACKUP_DATABASE_URL: host.migrateDatabaseUrl,
    REDIS_URL: host.redisUrl,
    CACHE_REDIS_URL: host.cacheRedisUrl,
    DATA_DIR: join(hostDir, 'data'),
    BACKUP_KEY_FILE: keyFile,
    ...(host.toolsDir === null ? {} : { BACKUP_TOOLS_DIR: host.toolsDir }),
  }
}

it('an empty host takes a backup and goes on: second step, old certificates, work that waited', {
  timeout: 4 * HOUR_MS,
}, async () => {
  const seed = await withSecondStep('keeper')
  const certificate = await api.certificate()
  const rig = importRig(api.deps)
  const waiting = await rig.request({ text: csvOf([person(1), person(2), person(3)]) })
  const { config, db } = api.deps
  const made = await makeBackup({
    config,
    db,
    url: config.BACKUP_DATABASE_URL as string,
    suffix: 'drill',
    signal: new AbortController().signal,
    now: () => new Date(),
  })
  await rig.close()

  const env = await hostEnv()
  const folder = join(backupsDir(config), made.name)
  const restored = await runCommand(['restore', folder], env)
  expect(restored.code, restored.stderr + restored.stdout).toBe(0)
  expect(restored.stdout).toContain(`restored: ${made.name}`)

  processes.push(await startProcess('api', env), await startProcess('worker', env))
  await Promise.all(processes.map((each) => each.ready()))
  const [{ url }] = processes as [TestProcess]
  const signIn = (code?: string) =>
    post(url, '/api/auth/login').send({ username: 'keeper', password: TEST_PASSWORD, code })
  expect((await signIn()).body.code).toBe('auth/totp-required')
  const signed = await signIn(await codeOf(seed))
  expect(signed.status, signed.text).toBe(200)

  const verified = await request(url).get(`/api/verify/${certificate.code}`)
  expect(verified.status, verified.text).toBe(200)
  expect(verified.body.result).toBe('genuine')

  const cookie = String(signed.headers['set-cookie']).split(';')[0] as string
  const operation = async () =>
    (await request(url).get(`/api/operations/${waiting.id}`).set('Cookie', cookie)).body
  await expect.poll(async () => (await operation()).status, { timeout: 120_000 }).toBe('completed')
  expect((await operation()).counts).toMatchObject({ read: 3, inserted: 3 })

  // the system runs now: a second restore is refused, and by force keeps what is there first
  const refused = await runCommand(['restore', folder], env)
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('The system is running')])
  await Promise.all(processes.splice(0).map((each) => each.stop()))
  const again = await runCommand(['restore', join(folder, 'manifest.json')], env)
  expect(again.code, again.stderr).toBe(0)
  const kept = await readdir(join(hostDir, 'data', 'backups'))
  expect(kept.filter((name) => name.endsWith('before-restore'))).toHaveLength(1)
  const back = await runCommand(['restore', join(hostDir, 'data', 'backups', kept[0] as string)], env)
  expect(back.code, back.stderr).toBe(0)
  const onHost = openPool(host.migrateDatabaseUrl)
  const { status } = await onHost('operations').where({ id: waiting.id }).first('status')
  const restores = await onHost('audit_entries').where({ action: 'backups.restore' })
  await onHost.destroy()
  expect(status).toBe('completed')
  expect(restores.length).toBeGreaterThan(0)
})

it('what is not whole is refused before anything is touched', async () => {
  const { config, db, database } = api.deps
  await fillPatients(api.deps, 50, 100, 900_001)
  const made = await makeBackup({
    config,
    db,
    url: database.migrateUrl,
    suffix: 'torn',
    signal: new AbortController().signal,
    now: () => new Date(),
  })
  const folder = join(backupsDir(config), made.name)
  await rm(join(folder, 'keys.tar.gz.enc'))
  const env = { ...(await hostEnv()), DATABASE_URL: database.url, MIGRATE_DATABASE_URL: database.migrateUrl }
  const refused = await runCommand(['restore', folder, '--force'], env)
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('missing')])
  expect((await db('patients').where({ id: 900_001 })).length).toBe(1)
})
