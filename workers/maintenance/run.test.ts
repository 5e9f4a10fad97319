import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requestMaintenance } from '../../shared/maintenance/commands.ts'
import type { Task } from '../../shared/maintenance/schema.ts'
import { cancelOperation } from '../../shared/operations/commands.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type ImportRig, importRig } from '../imports/testing.ts'
import { isQuiet } from './optimize.ts'

let deps: TestDeps
let rig: ImportRig

beforeAll(async () => {
  deps = await testDeps()
  rig = importRig(deps)
})
beforeEach(() => deps.emptyTables())
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const SYSTEM = { principal: null }
const ask = async (task: Task, anyHour = true) =>
  (await requestMaintenance(deps, rig.services.queues, task, { anyHour }, SYSTEM)).id
async function done(task: Task, anyHour = true): Promise<OperationRow> {
  const id = await ask(task, anyHour)
  await rig.run(id)
  return rig.record(id)
}
const lastOf = (row: OperationRow) => (row.cursor_state as { last: string | null } | null)?.last ?? null
const tables = async () =>
  (await deps
    .db('information_schema.tables')
    .where({ table_schema: deps.db.raw('database()'), table_type: 'BASE TABLE' })
    .orderBy('table_name')
    .pluck('table_name')) as string[]

describe('optimize', () => {
  it('goes through every table once, at night, or at any hour when somebody asks for it', async () => {
    const all = await tables()
    const row = await done('optimize')
    expect(row.error).toBeNull()
    expect([row.status, row.processed, row.total]).toEqual(['completed', all.length, all.length])
    expect(lastOf(row)).toBe(all.at(-1))
    const now = deps.clock.now
    deps.clock.now = () => new Date('2026-03-02T03:00:00Z') // eleven in the morning of the clinic
    const byDay = await done('optimize', false)
    deps.clock.now = now
    expect([byDay.status, lastOf(byDay)]).toEqual(['completed', null])
    expect(byDay.note).toContain(`${all.length} of ${all.length} left for another time`)
  })

  it('lets a table go that somebody uses, and nobody waits behind it for long', async () => {
    await deps.database.admin.transaction(async (trx) => {
      await trx('medications').first('id')
      await trx.raw('lock tables medications write')
      const row = await done('optimize')
      await trx.raw('unlock tables')
      expect(row.status).toBe('completed')
      expect(row.note).toContain('medications skipped: in use.')
    })
  })

  it('goes on behind its last step when its worker dies, and can be skipped', async () => {
    const all = await tables()
    const id = await ask('optimize')
    const half = all[Math.floor(all.length / 2)] as string
    // as one killed after half of the tables left it
    await deps
      .db('operations')
      .where({ id })
      .update({
        status: 'active',
        fence: 1,
        processed: all.indexOf(half) + 1,
        cursor_state: JSON.stringify({ last: half, said: ['patients rebuilt.'] }),
        heartbeat_at: '2020-01-01 00:00:00.000',
      })
    await rig.run(id)
    const row = await rig.record(id)
    expect([row.status, row.processed, row.note]).toEqual(['completed', all.length, 'patients rebuilt.'])

    const skipped = await ask('optimize')
    const running = rig.run(skipped)
    await expect.poll(async () => lastOf(await rig.record(skipped)), { timeout: 30_000 }).not.toBeNull()
    await cancelOperation(deps, skipped, SYSTEM)
    rig.runs.stop(skipped, 'cancelled')
    const end = (await running).end
    // on a quick machine it may have been done by then
    expect((await rig.record(skipped)).status).toBe(end === 'done' ? 'completed' : 'cancelled')
  })

  it('knows the quiet hours of the clinic, over midnight too', () => {
    const config = { TZ_CLINIC: 'Asia/Kuala_Lumpur' }
    const at = (time: string) => new Date(`2026-03-02T${time}:00+08:00`)
    expect(isQuiet(config, at('03:30'))).toBe(true)
    expect(isQuiet(config, at('23:00'))).toBe(true)
    expect(isQuiet(config, at('06:00'))).toBe(false)
    expect(isQuiet({ ...config, QUIET_HOURS: '13:00-14:00' }, at('13:30'))).toBe(true)
    expect(isQuiet({ ...config, QUIET_HOURS: '13:00-14:00' }, at('03:30'))).toBe(false)
  })
})

describe('tidy', () => {
  const old = '2020-01-01 00:00:00.000'
  const operation = async (no: number, finishedAt: string) => {
    const id = `00000000-0000-7000-8000-${String(no).padStart(12, '0')}`
    const row = { type: 'import', kind: 'patients', status: 'completed', params: '{}', created_at: old }
    await deps.db('operations').insert({ ...row, no, id, finished_at: finishedAt })
  }
  const refused = (no: number, count: number) =>
    deps.db.batchInsert(
      'operation_errors',
      Array.from({ length: count }, (_, i) => ({
        operation_no: no,
        row_no: i + 1,
        line_no: i + 1,
        first_code: 'X',
        problems: '[]',
        cells: '[]',
      })),
      1000,
    )

  it('forgets old refused rows in pieces, abandoned uploads and long logs, and nothing of the audit', async () => {
    await operation(900_001, old)
    await operation(900_002, '2999-01-01 00:00:00.000')
    await refused(900_001, 2500)
    await refused(900_002, 3)
    const uploads = join(deps.config.DATA_DIR, 'uploads')
    await mkdir(uploads, { recursive: true })
    await writeFile(join(uploads, 'abandoned'), 'x')
    await utimes(join(uploads, 'abandoned'), new Date(old), new Date(old))
    const log = join(deps.config.DATA_DIR, 'mariadb', 'slow.log')
    await mkdir(join(deps.config.DATA_DIR, 'mariadb'), { recursive: true })
    await writeFile(log, '')
    await truncate(log, 65 * 1024 * 1024)
    const entries = (await deps.db('audit_entries')).length

    const row = await done('tidy')
    expect(row.error).toBeNull()
    expect(row.note).toBe(
      '1 uploads and 0 folders removed. 2500 refused rows of old imports forgotten. 1 log(s) shortened.',
    )
    expect((await deps.db('operation_errors').pluck('operation_no')).map(Number)).toEqual([
      900_002, 900_002, 900_002,
    ])
    expect([(await stat(log)).size, (await stat(`${log}.1`)).size]).toEqual([0, 8 * 1024 * 1024])
    // it asked for its own work, and that is in the audit: one entry more, none fewer
    expect((await deps.db('audit_entries')).length).toBe(entries + 1)
    await expect(deps.db('audit_entries').delete()).rejects.toMatchObject({
      code: 'ER_TABLEACCESS_DENIED_ERROR',
    })
  })
})

describe('watch', () => {
  it('warns of a backup that was never proven, and is quiet when all is well', async () => {
    const warned = await done('watch')
    expect(warned.status).toBe('completed')
    expect(warned.note).toContain('no backup has been proven')
    const now = deps.clock.now().toISOString().replace('T', ' ').replace('Z', '')
    await deps.db('backups').insert({
      name: 'x',
      taken_at: now,
      proven_at: now,
      bytes: 1,
      table_count: 1,
      row_total: 1,
      key_id: 'k',
    })
    expect((await done('watch')).note ?? '').not.toContain('backup')
  })

  it.skipIf(!hasOpenssl)('says when the certificate of the site ends, if that is soon', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'clinic-watch-'))
    const [key, cert] = [join(dir, 'key'), join(dir, 'cert')]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '9']
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const site = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => socket.end())
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    rmSync(dir, { recursive: true })
    const { port } = site.address() as AddressInfo
    deps.config.PUBLIC_URL = `https://127.0.0.1:${port}`
    const soon = await done('watch')
    await new Promise((resolve) => site.close(resolve))
    const away = await done('watch')
    delete deps.config.PUBLIC_URL
    expect(soon.note).toMatch(/certificate of the site ends in [89] days \(\d{4}-\d{2}-\d{2}\)/)
    expect([away.status, away.note]).toEqual(['completed', expect.stringContaining('could not be looked at')])
  })
})
