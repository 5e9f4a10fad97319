import { open, rename, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deps } from '../../shared/deps.ts'
import type { Run } from '../runtime/context.ts'
import type { Steps } from './run.ts'
import { tidyOnce } from './tidy.ts'

/** Logs of a private database server; under Docker the engine rotates what containers print. */
const LOGS = ['mariadb/mariadb.log', 'mariadb/slow.log']
const LOG_MAX_BYTES = 64 * 1024 * 1024
const LOG_KEPT_BYTES = 8 * 1024 * 1024
/** Refused rows hold what people typed; after this nobody mends them any more. */
const REFUSED_KEPT_DAYS = 180
const CHUNK_ROWS = 1000

/** Shortens a log that grew too large to its end, which goes beside it as `.1`; the server goes on appending. */
async function shorten(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => null)
  if (info === null || info.size <= LOG_MAX_BYTES) return false
  const log = await open(path, 'r')
  const kept = `${path}.new`
  try {
    const end = Buffer.alloc(LOG_KEPT_BYTES)
    const { bytesRead } = await log.read(end, 0, LOG_KEPT_BYTES, info.size - LOG_KEPT_BYTES)
    const copy = await open(kept, 'w', 0o600)
    await copy.writeFile(end.subarray(0, bytesRead)).finally(() => copy.close())
  } finally {
    await log.close()
  }
  await rm(`${path}.1`, { force: true })
  await rename(kept, `${path}.1`)
  await truncate(path)
  return true
}

async function shortenLogs(deps: Deps): Promise<string | null> {
  let shortened = 0
  for (const log of LOGS) if (await shorten(join(deps.config.DATA_DIR, log))) shortened++
  return shortened === 0 ? null : `${shortened} log(s) shortened.`
}

/** What was done about them, and the keys that those of them that were tried again would have met. */
async function forgetFixes({ deps: { db }, signal }: Run): Promise<void> {
  const old = () =>
    db('operations')
      .where('finished_at', '<', db.raw('utc_timestamp(3) - interval ? day', [REFUSED_KEPT_DAYS]))
      .select('no')
  for (const table of ['import_fixes', 'import_keys'])
    for (let n = CHUNK_ROWS; n === CHUNK_ROWS && !signal.aborted; )
      n = await db(table).whereIn('operation_no', old()).limit(CHUNK_ROWS).delete()
}

async function forgetRefused(run: Run): Promise<string | null> {
  const { db } = run.deps
  let removed = 0
  await forgetFixes(run)
  for (let n = CHUNK_ROWS; n === CHUNK_ROWS && !run.signal.aborted; removed += n) {
    const old = (await db('operation_errors as e')
      .join('operations as o', 'o.no', 'e.operation_no')
      .where('o.finished_at', '<', db.raw('utc_timestamp(3) - interval ? day', [REFUSED_KEPT_DAYS]))
      .orderBy(['e.operation_no', 'e.row_no'])
      .limit(CHUNK_ROWS)
      .select('e.operation_no', 'e.row_no')) as { operation_no: number; row_no: number }[]
    n = old.length
    if (n === 0) break
    await db('operation_errors')
      .whereIn(
        ['operation_no', 'row_no'],
        old.map((row) => [row.operation_no, row.row_no]),
      )
      .delete()
  }
  return removed === 0 ? null : `${removed} refused rows of old imports forgotten.`
}

/** Task `tidy`: files, logs and working notes. None of its statements names a table of the audit or of the clinic. */
export async function tidySteps(run: Run): Promise<Steps> {
  return {
    steps: [
      {
        name: 'files',
        async run() {
          const { uploads, folders } = await tidyOnce(run.deps)
          return uploads + folders === 0 ? null : `${uploads} uploads and ${folders} folders removed.`
        },
      },
      { name: 'refused-rows', run: () => forgetRefused(run) },
      { name: 'logs', run: () => shortenLogs(run.deps) },
    ],
  }
}
