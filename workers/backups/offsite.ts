import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { noteOffsite, noteRemoved } from '../../shared/backups/commands.ts'
import { getPresentBackups } from '../../shared/backups/reads.ts'
import type { BackupRow } from '../../shared/backups/repository.ts'
import { mayGo } from '../../shared/backups/rules.ts'
import type { Config } from '../../shared/config/config.ts'
import type { Deps } from '../../shared/deps.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { fromSqlUtc } from '../../shared/units/clock.ts'
import { backupsDir, PARTIAL, readManifest } from './manifest.ts'

/** Reads a copy back: a share that lost a part of it must be found now, not on the day it is needed. */
async function assertSame(dir: string): Promise<void> {
  const { parts } = await readManifest(dir)
  for (const { file, sha256 } of parts) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(join(dir, file)), hash)
    if (hash.digest('hex') !== sha256)
      throw new AppError('backup/damaged', { detail: 'The copy differs from the backup.' })
  }
}

async function copyTo(dir: string, from: string, name: string): Promise<void> {
  const unfinished = join(dir, `${PARTIAL}${name}`)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await rm(unfinished, { recursive: true, force: true })
  try {
    await cp(from, unfinished, { recursive: true, preserveTimestamps: true })
    await assertSame(unfinished)
    await rename(unfinished, join(dir, name))
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
}

/** Runs the configured program without a shell; the folder of the backup is its last argument. */
function carryAway(command: string, folder: string, signal: AbortSignal): Promise<void> {
  const [program = '', ...args] = command.trim().split(/\s+/)
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, folder], { stdio: 'ignore', signal })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error('The program that carries backups away ended with a fault')),
    )
  })
}

const faultOf = (error: unknown): string =>
  error instanceof AppError ? error.code : ((error as NodeJS.ErrnoException).code ?? 'failed').slice(0, 40)

/**
 * Copies a backup to the second place, by path or by command, and notes how that went: the backup itself is good
 * whether or not its copy is. Answers the fault, null when there is none or no second place.
 */
export async function copyAway(deps: Deps, name: string, signal: AbortSignal): Promise<string | null> {
  const { BACKUP_OFFSITE_DIR: dir, BACKUP_OFFSITE_COMMAND: command } = deps.config
  if (dir === undefined && command === undefined) return null
  const folder = join(backupsDir(deps.config), name)
  let fault: string | null = null
  try {
    if (dir !== undefined) await copyTo(dir, folder, name)
    if (command !== undefined) await carryAway(command, folder, signal)
  } catch (error) {
    signal.throwIfAborted()
    fault = faultOf(error)
    deps.log.error({ err: error, backup: name }, 'the backup was not copied to the second place')
  }
  await noteOffsite(deps.db, name, fault, deps.clock.now())
  return fault
}

const instant = (text: string | null) => (text === null ? null : Date.parse(fromSqlUtc(text) as string))

const keptOf = (row: BackupRow) => ({
  name: row.name,
  takenAt: instant(row.taken_at) as number,
  provenAt: instant(row.proven_at),
})

async function removeFolder(config: Config, name: string): Promise<void> {
  for (const dir of [backupsDir(config), config.BACKUP_OFFSITE_DIR]) {
    if (dir !== undefined) await rm(join(dir, name), { recursive: true, force: true })
  }
}

/** Removes backups that are too many or too old, here and in the second folder; answers their names. */
export async function thinOut(deps: Deps): Promise<string[]> {
  const { BACKUP_KEEP_DAYS: keepDays, BACKUP_KEEP_COUNT: keepCount } = deps.config
  const all = (await getPresentBackups(deps)).map(keptOf)
  const going = mayGo(all, { keepDays, keepCount, now: deps.clock.now().getTime() })
  for (const { name } of going) {
    await removeFolder(deps.config, name)
    await noteRemoved(deps.db, name, deps.clock.now())
  }
  return going.map(({ name }) => name)
}

/** Removes what a killed run left half-done: no operation whose suffix is in use may be among `inUse`. */
export async function removeHalfDone(config: Config, inUse: ReadonlySet<string>): Promise<void> {
  const dir = backupsDir(config)
  for (const name of await readdir(dir).catch(() => [])) {
    if (name.startsWith(PARTIAL) && !inUse.has(name.slice(PARTIAL.length)))
      await rm(join(dir, name), { recursive: true, force: true })
  }
}
