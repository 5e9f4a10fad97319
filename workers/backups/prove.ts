import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { noteNotProven, noteProven } from '../../shared/backups/commands.ts'
import { backupToProve } from '../../shared/backups/reads.ts'
import type { BackupRow } from '../../shared/backups/repository.ts'
import type { Manifest } from '../../shared/backups/schema.ts'
import { readKeys } from '../../shared/config/config.ts'
import type { Knex } from '../../shared/db/connect.ts'
import { fromDatabase } from '../../shared/db/errors.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { completeOperation } from '../../shared/operations/lifecycle.ts'
import { type Processor, type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { KEYS, SETTINGS_FILE } from './files.ts'
import { databaseOf, dump } from './make.ts'
import { backupsDir, trustedManifest } from './manifest.ts'
import { drain, readPart } from './parts.ts'
import { openReport, type Report } from './report.ts'
import { rowMeter, type TableTally } from './row-meter.ts'
import { backupUrl } from './run.ts'
import { dropLeftOvers, inScratch, openPool, restoreInto } from './scratch.ts'
import { slowly } from './slowly.ts'
import { untar } from './tar.ts'

/** What a backup is read with. */
export interface Opened {
  dir: string
  manifest: Manifest
  keys: readonly Buffer[]
}

const KEY_BYTES = 32

/** Reads all files of an archive to their end. */
async function readFiles(archive: AsyncIterable<Buffer>): Promise<void> {
  for await (const { content } of untar(archive)) await drain(content)
}

async function readKeyFiles(archive: AsyncIterable<Buffer>): Promise<void> {
  const found = new Map<string, string>()
  for await (const { name, content } of untar(archive)) {
    const parts: Buffer[] = []
    for await (const part of content) parts.push(part)
    found.set(name, Buffer.concat(parts).toString('utf8'))
  }
  const isKey = (text: string | undefined) =>
    text !== undefined && Buffer.from(text.trim().split(/\s+/)[0] ?? '', 'base64').length === KEY_BYTES
  if (!KEYS.every((name) => isKey(found.get(name.toLowerCase()))) || !found.has(SETTINGS_FILE))
    throw new AppError('backup/damaged', { detail: 'A key or the settings are missing in it.' })
}

/** Reads the parts beside the database to their end. Throws `backup/damaged` or `backup/wrong-key`. */
export async function checkFiles(opened: Opened, signal: AbortSignal): Promise<void> {
  await readPart(opened, 'files', readFiles, signal)
  await readPart(opened, 'keys', readKeyFiles, signal)
}

/** Reads a backup to its last byte without restoring it, rows and hashes of its dump included; answers the bytes of SQL. */
export async function checkAll(opened: Opened, signal: AbortSignal): Promise<number> {
  await checkFiles(opened, signal)
  const meter = rowMeter()
  meter.stream.resume()
  let bytes = 0
  await readPart(
    opened,
    'database',
    async (sql) => {
      for await (const chunk of sql) {
        bytes += chunk.length
        meter.stream.write(chunk)
      }
      await new Promise<void>((resolve) => meter.stream.end(resolve))
    },
    signal,
  )
  if (!meter.isComplete()) throw new AppError('backup/damaged', { detail: 'Its dump has no end.' })
  compare(opened.manifest.tables, meter.tables())
  return bytes
}

/** Throws `backup/differs` with the first table that is not the same; names of tables are no secret. */
function compare(expected: readonly TableTally[], found: readonly TableTally[]): void {
  const byName = new Map(found.map((table) => [table.name, table]))
  if (found.length !== expected.length)
    throw new AppError('backup/differs', {
      detail: `${found.length} tables were restored, ${expected.length} backed up.`,
    })
  for (const { name, rows, sha256 } of expected) {
    const table = byName.get(name)
    if (table?.rows !== rows || table.sha256 !== sha256)
      throw new AppError('backup/differs', {
        detail: `Table ${name}: ${table?.rows ?? 'no'} rows were restored, ${rows} backed up.`,
      })
  }
}

/** The server's own count of each restored table, beside what the dump of it shows. */
async function countRows(db: Knex, schema: string, tables: readonly TableTally[]): Promise<void> {
  for (const { name, rows } of tables) {
    const counted = await db(`${schema}.${name}`).count({ n: '*' }).first()
    if (Number(counted?.n) !== rows)
      throw new AppError('backup/differs', { detail: `Table ${name}: not ${rows} rows were restored.` })
  }
}

/** Share of the database's size that must be free on the disk for its copy. */
const ROOM_TIMES = 1.2

/**
 * A copy that fills the disk would stop the clinic for the sake of its backup. The database's own disk is asked for by
 * that of DATA_DIR, which on one machine is the same. Throws `unavailable/disk-full`.
 */
async function assertRoom({ deps }: Run): Promise<void> {
  const row = await deps
    .db('information_schema.tables')
    .where({ table_schema: databaseOf(deps.config.DATABASE_URL) })
    .first({ bytes: deps.db.raw('sum(data_length + index_length)') })
  const { bavail, bsize } = await statfs(deps.config.DATA_DIR)
  if (bavail * bsize < Number(row?.bytes ?? 0) * ROOM_TIMES)
    throw new AppError('unavailable/disk-full', {
      detail: 'There is too little room for a copy of the database.',
    })
}

async function restoreAndCompare(run: Run, opened: Opened, report: Report): Promise<void> {
  const { deps, signal, row } = run
  const { config } = deps
  const url = backupUrl(deps)
  const { tables } = opened.manifest
  const rested = slowly(run)
  const db = openPool(config, url)
  try {
    await assertRoom(run)
    const active = (await deps
      .db('operations')
      .where({ type: 'proof', status: 'active' })
      .pluck('no')) as number[]
    await dropLeftOvers(db, url, new Set(active.map(String)))
    await inScratch(db, url, row.no, async (scratch) => {
      const to = { config, url: scratch.url, signal }
      await report.phase('restore')
      await readPart(opened, 'database', (sql) => restoreInto(to, rested(sql)), signal)
      await report.phase(
        'compare',
        tables.reduce((sum, { rows }) => sum + rows, 0),
      )
      await countRows(db, scratch.name, tables)
      const again = await dump({ ...to, database: scratch.name }, (plain) => drain(rested(plain)), {
        progress: (rows) => report.done(rows),
      })
      compare(tables, again.tables)
    })
  } finally {
    await db.destroy()
  }
}

/** Faults that say something of the backup, not of the circumstances of its proof. */
const SAYS_IT_IS_BAD = new Set([
  'backup/damaged',
  'backup/wrong-key',
  'backup/differs',
  'backup/restore-failed',
])

async function noteFault({ deps }: Run, backup: BackupRow, error: unknown): Promise<void> {
  const code = error instanceof AppError ? error.code : 'internal'
  if (SAYS_IT_IS_BAD.has(code)) await noteNotProven(deps.db, backup.name, code, deps.clock.now())
}

/**
 * Job `backups.prove`: reads a backup to its last byte, restores it into a scratch database and compares the rows and
 * the hash of every table with those of the snapshot it was taken from.
 */
export const proveBackup: Processor = async (run) => {
  const { deps, hold, signal, row } = run
  const wanted = row.params.backup
  const backup = await patiently(run, () =>
    backupToProve(deps, typeof wanted === 'string' ? wanted : undefined),
  )
  const report = openReport(run)
  try {
    await report.phase('check')
    const keys = readKeys(deps.config, 'BACKUP_KEY_FILE')
    const dir = join(backupsDir(deps.config), backup.name)
    const opened = { dir, keys, manifest: await trustedManifest(keys, dir) }
    await checkFiles(opened, signal)
    await restoreAndCompare(run, opened, report)
  } catch (error) {
    if (!signal.aborted && !(error instanceof Stopped))
      await patiently(run, () => noteFault(run, backup, fromDatabase(error)))
    throw error
  }
  const ended = await patiently(run, () =>
    completeOperation(deps, hold, { phase: null, note: `${backup.name} is proven.` }, (trx) =>
      noteProven(trx, backup.name, deps.clock.now()),
    ),
  )
  if (ended === 'fenced') throw new Stopped('fenced')
}
