import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requestBackup } from '../../shared/backups/commands.ts'
import { findBackup } from '../../shared/backups/repository.ts'
import { readKey, readKeys } from '../../shared/config/config.ts'
import { cancelOperation } from '../../shared/operations/commands.ts'
import { backupsDir, trustedManifest } from './manifest.ts'
import { readPart } from './parts.ts'
import { untar } from './tar.ts'
import { type BackupRig, backupRig, fillPatients } from './testing.ts'

let rig: BackupRig

beforeAll(async () => {
  rig = await backupRig()
})
beforeEach(() => rig.deps.emptyTables())
afterAll(() => rig.close())

const NEVER = new AbortController().signal
const latest = async () => {
  const name = (await rig.folders()).sort().at(-1) as string
  const dir = join(backupsDir(rig.deps.config), name)
  const keys = readKeys(rig.deps.config, 'BACKUP_KEY_FILE')
  return { dir, keys, manifest: await trustedManifest(keys, dir) }
}
const text = async (plain: AsyncIterable<Buffer>) => {
  const parts: Buffer[] = []
  for await (const part of plain) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

describe('a backup', () => {
  it('holds the database, the files, the keys and the settings, and is proven by a restore', async () => {
    await fillPatients(rig.deps, 3000)
    const uploads = join(rig.deps.config.DATA_DIR, 'uploads')
    await mkdir(uploads, { recursive: true })
    await writeFile(join(uploads, 'waiting'), 'a file that work still needs')
    const done = await rig.backup()
    expect(done.error).toBeNull()
    expect(done.status).toBe('completed')
    expect(done.note).toContain('rows of')

    const opened = await latest()
    expect(opened.manifest.tables.find(({ name }) => name === 'patients')?.rows).toBe(3000)
    const sql = await readPart(opened, 'database', text, NEVER)
    expect(sql).toContain('CREATE TABLE `patients`')
    const found: Record<string, string> = {}
    for (const part of ['files', 'keys'] as const)
      await readPart(
        opened,
        part,
        async (plain) => {
          for await (const { name, content } of untar(plain)) found[name] = await text(content)
        },
        NEVER,
      )
    expect(found['uploads/waiting']).toBe('a file that work still needs')
    expect(Buffer.from(found.data_key_file ?? '', 'base64')).toEqual(
      readKey(rig.deps.config, 'DATA_KEY_FILE'),
    )
    expect(JSON.parse(found['settings.json'] ?? '')).toMatchObject({ TZ_CLINIC: 'Asia/Kuala_Lumpur' })
    expect(found['settings.json']).not.toContain('mysql:')

    const proof = await rig.prove()
    expect(proof.error).toBeNull()
    expect(proof.status).toBe('completed')
    const row = await findBackup(rig.deps.db, opened.manifest.name)
    expect(row?.proven_at).not.toBeNull()
    expect(row?.row_total.toString()).toBe(
      String(opened.manifest.tables.reduce((sum, { rows }) => sum + rows, 0)),
    )
  })

  it('shows nothing of anybody or of any key to who has only its files', async () => {
    await fillPatients(rig.deps, 200)
    await rig.backup()
    const { dir, manifest } = await latest()
    const all = await Promise.all(
      [...manifest.parts.map(({ file }) => file), 'manifest.json'].map((file) => readFile(join(dir, file))),
    )
    const secrets = (['DATA_KEY_FILE', 'SIGNING_KEY_FILE', 'BACKUP_KEY_FILE'] as const).map((name) =>
      readKey(rig.deps.config, name),
    )
    for (const file of all) {
      expect(file.includes('Patient,')).toBe(false)
      for (const secret of secrets) {
        expect(file.includes(secret)).toBe(false)
        expect(file.includes(secret.toString('base64'))).toBe(false)
      }
    }
    expect((await stat(join(dir, 'manifest.json'))).mode & 0o077).toBe(0)
  })
})

describe('a backup that ends early', () => {
  it('leaves nothing half-done when it is cancelled, and its dump is ended', async () => {
    await fillPatients(rig.deps, 60_000, 1000)
    const before = await rig.folders()
    const { id } = await requestBackup(rig.deps, rig.services.queues, { prove: false }, { principal: null })
    const running = rig.run(id)
    await expect.poll(async () => (await rig.record(id)).phase, { timeout: 30_000 }).toBe('database')
    await cancelOperation(rig.deps, id, { principal: null })
    rig.runs.stop(id, 'cancelled')
    expect((await running).end).toBe('cancelled')
    expect((await rig.record(id)).status).toBe('cancelled')
    expect(await rig.folders()).toEqual(before)
    const [dumps] = await rig.deps.database.admin.raw('show processlist')
    expect(dumps.filter(({ Info }: { Info: string | null }) => Info?.includes('SQL_NO_CACHE'))).toEqual([])
  })

  it('is made whole by the next start when its worker dies in the middle', { timeout: 300_000 }, async () => {
    await fillPatients(rig.deps, 30_000, 1000)
    const before = await rig.folders()
    const { id } = await requestBackup(rig.deps, rig.services.queues, { prove: false }, { principal: null })
    const dying = rig.run(id)
    await expect.poll(async () => (await rig.record(id)).phase, { timeout: 30_000 }).toBe('database')
    rig.runs.stop(id, 'shutdown')
    expect((await dying).end).toBe('shutdown')
    // as a killed one would have left it
    const torn = join(backupsDir(rig.deps.config), `.partial-${id.slice(-8)}-1`)
    await mkdir(torn)
    await writeFile(join(torn, 'database.sql.gz.enc'), 'half')
    await rig.deps.db('operations').where({ id }).update({ heartbeat_at: '2020-01-01 00:00:00.000' })
    expect((await rig.run(id)).end).toBe('done')
    const after = (await rig.folders()).filter((name) => !before.includes(name))
    expect(after).toHaveLength(1)
    expect((await rig.prove()).status).toBe('completed')
  })
})

it('takes ten times the data in the same memory', { timeout: 300_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const live = () => {
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const peakOf = async () => {
    const base = live()
    let peak = 0
    const timer = setInterval(() => {
      peak = Math.max(peak, live() - base)
    }, 50)
    const done = await rig.backup()
    clearInterval(timer)
    expect(done.status).toBe('completed')
    return peak
  }
  await fillPatients(rig.deps, 8000, 1000)
  await peakOf()
  await fillPatients(rig.deps, 72_000, 1000, 8001)
  // 80 MB of rows: held as a whole, or half of them, they would show
  expect(await peakOf()).toBeLessThan(30_000_000)
})
