import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { chmod, cp, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { backupToProve } from '../../shared/backups/reads.ts'
import { keyPath } from '../../shared/config/config.ts'
import { backupsDir } from './manifest.ts'
import { type BackupRig, backupRig, fillPatients } from './testing.ts'

let rig: BackupRig
let good: string
let folder: string
let aside: string

beforeAll(async () => {
  rig = await backupRig()
  await fillPatients(rig.deps, 5000)
  expect((await rig.backup()).status).toBe('completed')
  expect((await rig.prove()).status).toBe('completed')
  good = (await backupToProve(rig.deps, undefined)).name
  folder = join(backupsDir(rig.deps.config), good)
  aside = await mkdtemp(join(inject('services').filesDir, 'aside-'))
  await cp(folder, join(aside, good), { recursive: true })
})
afterAll(() => rig.close())

const DATABASE = 'database.sql.gz.enc'

/** Spoils the backup, tries to prove it, puts it back as it was; the code of what was found. */
async function foundAfter(spoil: () => Promise<unknown>): Promise<string | undefined> {
  await spoil()
  const proof = await rig.prove()
  await rm(folder, { recursive: true, force: true })
  await cp(join(aside, good), folder, { recursive: true })
  expect(proof.status).toBe('failed')
  const row = await backupToProve(rig.deps, good)
  expect([row.proven_at, row.proof_fault]).toEqual([null, proof.error?.code])
  return proof.error?.code as string | undefined
}

async function flipBit(file: string, at: number): Promise<void> {
  const handle = await open(join(folder, file), 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, at)
  byte[0] = (byte[0] as number) ^ 1
  await handle.write(byte, 0, 1, at)
  await handle.close()
}
const sizeOf = async (file: string) => (await stat(join(folder, file))).size

/** A disk of 100 kB, where the system lets us have one. */
const small = smallDisk()

function smallDisk() {
  const mountOn = (dir: string) =>
    void execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', dir], { stdio: 'ignore' })
  const unmountFrom = (dir: string) => void execFileSync('umount', ['-l', dir])
  const trial = mkdtempSync(join(tmpdir(), 'clinic-small-disk-'))
  try {
    mountOn(trial)
    unmountFrom(trial)
  } catch {
    return null
  } finally {
    rmdirSync(trial)
  }
  let mounted = ''
  return {
    mountOn(dir: string) {
      mountOn(dir)
      mounted = dir
    },
    unmount: () => unmountFrom(mounted),
  }
}

/** Puts a script in the place of mariadb-dump, which it reaches as `$REAL`; `restore` takes it away again. */
async function backupProgram(script: string): Promise<{ restore(): Promise<void> }> {
  const { config } = rig.deps
  const before = config.BACKUP_TOOLS_DIR
  const dir = await mkdtemp(join(inject('services').filesDir, 'tools-'))
  const real = before === undefined ? 'mariadb-dump' : join(before, 'mariadb-dump')
  await writeFile(join(dir, 'mariadb-dump'), script.replaceAll('$REAL', real))
  await chmod(join(dir, 'mariadb-dump'), 0o755)
  config.BACKUP_TOOLS_DIR = dir
  return {
    async restore() {
      if (before === undefined) delete config.BACKUP_TOOLS_DIR
      else config.BACKUP_TOOLS_DIR = before
    },
  }
}

describe('sabotage is found', () => {
  it('1 of 6: cut off, anywhere, in any file', async () => {
    const size = await sizeOf(DATABASE)
    for (const length of [size - 1, Math.floor(size / 2), 80, 10])
      expect(await foundAfter(() => truncate(join(folder, DATABASE), length)), `${length}`).toBe(
        'backup/damaged',
      )
    for (const file of ['files.tar.gz.enc', 'keys.tar.gz.enc', 'manifest.json'])
      expect(await foundAfter(() => truncate(join(folder, file), 40)), file).toBe('backup/damaged')
  })

  it('2 of 6: one bit turned, in the head, the middle, the end, or the manifest', async () => {
    const size = await sizeOf(DATABASE)
    for (const at of [0, 40, 78, Math.floor(size / 2), size - 1])
      expect(await foundAfter(() => flipBit(DATABASE, at)), `${at}`).toBe('backup/damaged')
    const counted = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
    const lie = { ...counted, tables: counted.tables.slice(1) }
    expect(await foundAfter(() => writeFile(join(folder, 'manifest.json'), JSON.stringify(lie)))).toBe(
      'backup/damaged',
    )
    // the name of the key in the head of a file: no key has that name
    expect(await foundAfter(() => flipBit(DATABASE, 10))).toBe('backup/wrong-key')
  })

  it('3 of 6: empty, or gone', async () => {
    expect(await foundAfter(() => truncate(join(folder, DATABASE), 0))).toBe('backup/damaged')
    expect(await foundAfter(() => rm(join(folder, 'keys.tar.gz.enc')))).toBe('backup/damaged')
    expect(await foundAfter(() => rm(folder, { recursive: true }))).toBe('backup/damaged')
  })

  it('4 of 6: another key', async () => {
    const path = keyPath(rig.deps.config, 'BACKUP_KEY_FILE')
    const right = await readFile(path)
    const code = await foundAfter(() => writeFile(path, randomBytes(32).toString('base64')))
    await writeFile(path, right)
    expect(code).toBe('backup/wrong-key')
    expect((await rig.prove()).status).toBe('completed')
  })

  it.skipIf(small === null)('5 of 6: a full disk, which leaves nothing half-done', async () => {
    // hashes shrink to half at best: the dump is larger than the disk
    await fillPatients(rig.deps, 5000, 2000, 10_001)
    const full = small as NonNullable<typeof small>
    full.mountOn(backupsDir(rig.deps.config))
    const failed = await rig.backup()
    const left = await rig.folders()
    full.unmount()
    expect([failed.status, failed.error?.code]).toEqual(['failed', 'unavailable/disk-full'])
    expect(left).toEqual([])
    expect((await rig.prove()).status).toBe('completed')
  })

  it('6 of 6: a dump that is killed, or ends with a fault, is no backup', async () => {
    const before = await rig.folders()
    for (const script of [
      // half a dump, then death
      '#!/bin/sh\n"$REAL" "$@" | head -c 300000\nkill -9 $$\n',
      // half a dump and a good status: only its missing end tells
      '#!/bin/sh\n"$REAL" "$@" | head -c 300000\nexit 0\n',
      '#!/bin/sh\nexit 3\n',
    ]) {
      const program = await backupProgram(script)
      const failed = await rig.backup()
      await program.restore()
      expect([failed.status, failed.error?.code], script).toEqual(['failed', 'backup/dump-failed'])
      expect(await rig.folders()).toEqual(before)
    }
    expect((await rig.prove()).status).toBe('completed')
  })
})
