import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Knex } from '../db/connect.ts'
import { isConnectionLost, isDuplicateKey } from '../db/errors.ts'
import type { Deps } from '../deps.ts'
import { pause } from '../units/pause.ts'
import type { AuditRow } from './entry.ts'
import { ABANDONED_AFTER_MS, CLOSED_SUFFIX, OPEN_SUFFIX, spoolDir } from './spool.ts'

const BATCH_LINES = 1000
const EVERY_MS = 500
/** Kept aside for a person: a line in it is not what the spool writes. */
const BAD_SUFFIX = '.bad'

type DrainDeps = Pick<Deps, 'config' | 'log' | 'db' | 'prefix'>

const lockName = (prefix: string, file: string) =>
  `${prefix}:spool:${createHash('sha1').update(file).digest('hex').slice(0, 16)}`

/** Inserts rows whose uid is not in the table yet: a file is read again after a crash between insert and removal. */
async function insertOnce(db: Knex, rows: AuditRow[]): Promise<void> {
  try {
    await db('audit_entries').insert(rows)
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    const known = await db('audit_entries')
      .whereIn(
        'uid',
        rows.map((row) => row.uid),
      )
      .pluck('uid')
    const seen = new Set(known as string[])
    const rest = rows.filter((row) => !seen.has(row.uid))
    if (rest.length > 0 && rest.length < rows.length) await insertOnce(db, rest)
    else if (rest.length > 0) throw error
  }
}

function parse(text: string): { rows: AuditRow[]; bad: number } {
  // what stands after the last line end was never acknowledged: its write did not finish
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  const rows: AuditRow[] = []
  let bad = 0
  for (const line of lines) {
    if (line === '') continue
    try {
      rows.push(JSON.parse(line) as AuditRow)
    } catch {
      bad++
    }
  }
  return { rows, bad }
}

async function readSpool(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The rows of a file, once its lines are in the table and that is committed; null when another process has it. */
async function insertFile(
  deps: DrainDeps,
  name: string,
  path: string,
): Promise<ReturnType<typeof parse> | null> {
  const lock = lockName(deps.prefix, name)
  return deps.db.transaction(async (trx) => {
    const [[held]] = (await trx.raw('select get_lock(?, 0) as got /* audit.drain-lock */', [lock])) as [
      [{ got: number }],
    ]
    if (held.got !== 1) return null
    try {
      const text = await readSpool(path)
      if (text === null) return null
      const file = parse(text)
      for (let at = 0; at < file.rows.length; at += BATCH_LINES)
        await insertOnce(trx, file.rows.slice(at, at + BATCH_LINES))
      return file
    } finally {
      await trx.raw('do release_lock(?)', [lock])
    }
  })
}

/** Files complete by name, and those whose process has not closed them for so long that it never will. */
async function ripeFiles(dir: string, standBackMs: number): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[]
    throw error
  })
  const ripe: string[] = []
  for (const name of names.sort()) {
    const isClosed = name.endsWith(CLOSED_SUFFIX)
    if (isClosed && standBackMs === 0) ripe.push(name)
    else if (isClosed || name.endsWith(OPEN_SUFFIX)) {
      const made = await stat(join(dir, name)).catch(() => null)
      if (made !== null && Date.now() - made.birthtimeMs > (isClosed ? standBackMs : ABANDONED_AFTER_MS))
        ripe.push(name)
    }
  }
  return ripe
}

/**
 * Brings every ripe spool file into the audit table, each line exactly once, and removes it; answers the lines.
 * Files of dead processes are taken too. One process works on a file at a time (a lock of the database); if two ever
 * did, the unique uid would still keep each line single.
 */
export async function drainOnce(deps: DrainDeps, standBackMs = 0): Promise<number> {
  const dir = spoolDir(deps.config.DATA_DIR)
  let lines = 0
  for (const name of await ripeFiles(dir, standBackMs)) {
    const path = join(dir, name)
    const file = await insertFile(deps, name, path)
    if (file === null) continue
    lines += file.rows.length
    // another process may have been as fast: then it is gone already
    if (file.bad === 0) await rm(path, { force: true })
    else {
      deps.log.error(
        { lines: file.bad },
        'a file of the audit spool has lines that cannot be read; it is kept',
      )
      await rename(path, path + BAD_SUFFIX).catch(() => undefined)
    }
  }
  return lines
}

/**
 * Drains twice a second until told to stop, then once more. Never throws: what cannot be inserted now stays on disk.
 * With `standBackMs` it leaves files of that age to another process: a worker has the time that answers need.
 */
export async function drainSpools(deps: DrainDeps, signal: AbortSignal, standBackMs = 0): Promise<void> {
  while (!signal.aborted) {
    await attempt(deps, standBackMs)
    await pause(EVERY_MS, signal)
  }
  await attempt(deps, standBackMs)
}

async function attempt(deps: DrainDeps, standBackMs: number): Promise<void> {
  try {
    await drainOnce(deps, standBackMs)
  } catch (error) {
    if (!isConnectionLost(error)) deps.log.error({ err: error }, 'the audit spool cannot be drained')
  }
}
