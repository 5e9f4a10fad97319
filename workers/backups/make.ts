import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Manifest, Part } from '../../shared/backups/schema.ts'
import { type Config, readKey } from '../../shared/config/config.ts'
import type { Knex } from '../../shared/db/connect.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { keepFiles, keptFiles, keysAndSettings } from './files.ts'
import { backupsDir, PARTIAL, publishManifest } from './manifest.ts'
import { writePart } from './parts.ts'
import { startDump } from './programs.ts'
import { rowMeter, type TableTally } from './row-meter.ts'
import { backupKeyId } from './seal.ts'
import { tarOf } from './tar.ts'

const ACCESS_DENIED = new Set([1044, 1045, 1142, 1227])
const PROGRESS_EVERY_MS = 250

/** What making a backup needs and whom it tells. */
export interface Making {
  config: Config
  /** Any account that may read `knex_migrations`. */
  db: Knex
  /** Account of the dump. */
  url: string
  /** End of the backup's name. */
  suffix: string
  signal: AbortSignal
  now(): Date
  /** Rests while it hands the dump on; see `slowly.ts`. */
  rested?(plain: AsyncIterable<Buffer>): AsyncIterable<Buffer>
  phase?(name: 'database' | 'files'): Promise<void>
  progress?(rows: number): Promise<void>
}

/** `2026-11-28T02-30-00Z-<suffix>`. */
export const nameOf = (at: Date, suffix: string): string =>
  `${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z-${suffix}`

/** Name of the database that an address leads to. */
export const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1))

/** Dumps a database through a {@link rowMeter}; `consume` reads the dump. Throws `backup/dump-failed`, `backup/no-right`. */
export async function dump<T>(
  from: { config: Config; url: string; database: string; signal: AbortSignal },
  consume: (plain: Readable) => Promise<T>,
  watch: { onFirstTable?: () => void; progress?: ((rows: number) => Promise<void>) | undefined } = {},
): Promise<{ result: T; tables: TableTally[] }> {
  const running = await startDump(from.config, from.url, from.database, from.signal)
  const meter = rowMeter(watch.onFirstTable)
  running.child.stdout?.pipe(meter.stream)
  // a program that could not even be started never ends its output
  running.ended.catch((error: Error) => meter.stream.destroy(error))
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    await watch.progress?.(meter.rows()).catch(() => undefined)
    busy = false
  }, PROGRESS_EVERY_MS)
  try {
    // the program's end is looked at first: what it could not write was cut off, and the reader cannot know
    const reading = consume(meter.stream)
    reading.catch(() => running.child.kill('SIGKILL'))
    const [read, end] = await Promise.allSettled([reading, running.ended])
    from.signal.throwIfAborted()
    if (read.status === 'rejected') throw read.reason
    if (end.status === 'rejected') throw end.reason
    if (!end.value.ok || !meter.isComplete()) throw dumpFault(end.value.errno)
    return { result: read.value, tables: meter.tables() }
  } finally {
    clearInterval(timer)
    running.child.kill('SIGKILL')
  }
}

function dumpFault(errno: number | null): AppError {
  if (errno !== null && ACCESS_DENIED.has(errno))
    return new AppError('backup/no-right', {
      detail: 'The account of backups may not read the whole database.',
    })
  const why = errno === null ? 'The program ended before it was done.' : `The server said ${errno}.`
  return new AppError('backup/dump-failed', { detail: why })
}

async function dumpPart(making: Making, to: { dir: string; backup: string; key: Buffer }, kept: string) {
  const { config, url, signal } = making
  let keeping: Promise<void> = Promise.resolve()
  const onFirstTable = () => {
    keeping = keepFiles(config.DATA_DIR, kept)
    keeping.catch(() => undefined)
  }
  const { result, tables } = await dump(
    { config, url, database: databaseOf(url), signal },
    (plain) => writePart(to, 'database', making.rested?.(plain) ?? plain, signal),
    { onFirstTable, progress: making.progress },
  )
  await keeping
  return { part: result, tables }
}

async function about(db: Knex): Promise<{ server: string; migrations: string[] }> {
  const [[{ version }]] = (await db.raw('select version() as version')) as [[{ version: string }]]
  return { server: version, migrations: await db('knex_migrations').orderBy('id').pluck('name') }
}

/**
 * Makes one backup of database, files, keys and settings below `DATA_DIR/backups`. Until the very end it is a folder
 * whose name begins with `.partial-`; a fault, an abort or a full disk leaves nothing of it.
 */
export async function makeBackup(making: Making): Promise<Manifest> {
  const { config, signal } = making
  const takenAt = making.now()
  const name = nameOf(takenAt, making.suffix)
  const key = readKey(config, 'BACKUP_KEY_FILE')
  const dir = join(backupsDir(config), `${PARTIAL}${making.suffix}`)
  const kept = join(dir, '.kept')
  await rm(dir, { recursive: true, force: true })
  try {
    await mkdir(kept, { recursive: true, mode: 0o700 })
    const to = { dir, backup: name, key }
    const { server, migrations } = await about(making.db)
    await making.phase?.('database')
    await keepFiles(config.DATA_DIR, kept)
    const database = await dumpPart(making, to, kept)
    await making.phase?.('files')
    const parts: Part[] = [
      database.part,
      await writePart(to, 'files', tarOf(await keptFiles(kept)), signal),
      await writePart(to, 'keys', tarOf(await keysAndSettings(config)), signal),
    ]
    await rm(kept, { recursive: true, force: true })
    signal.throwIfAborted()
    const content = {
      format: 1 as const,
      name,
      takenAt: takenAt.toISOString(),
      keyId: backupKeyId(key),
      server,
      database: databaseOf(making.url),
      dataDir: config.DATA_DIR,
      migrations,
      tables: database.tables,
      parts,
    }
    return await publishManifest(key, content, dir, join(backupsDir(config), name))
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}
