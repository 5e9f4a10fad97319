import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deps } from '../../shared/deps.ts'
import { removeExpired } from '../../shared/files/commands.ts'
import { resultsDir } from '../../shared/files/store.ts'
import { forgetMails } from '../../shared/mails/commands.ts'
import { underLock } from '../../shared/operations/sweep.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** An upload that nobody has written to for so long is cut off: the API gives up after 30 s without a byte. */
const ABANDONED_AFTER_MS = HOUR_MS
/** How long the file of a failed or cancelled import is kept for a retry. */
const KEPT_FOR_RETRY_MS = 7 * DAY_MS
const KEYS_KEPT_DAYS = 7
const NAMES_A_STATEMENT = 500
const EVERY_MS = HOUR_MS
const FIRST_AFTER_MS = 10_000
const LOCK = 'clinic:tidy'

interface Found {
  name: string
  path: string
  ageMs: number
}

async function list(dir: string, now: number): Promise<Found[]> {
  const names = await readdir(dir).catch(() => [])
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(dir, name)
      const info = await stat(path).catch(() => null)
      return info === null ? [] : [{ name, path, ageMs: now - info.mtimeMs }]
    }),
  )
  return found.flat()
}

/** Uploads that no operation needs any more: cut off, refused after they arrived, or of work long ended. */
async function tidyUploads(deps: Deps, now: number): Promise<number> {
  const old = (await list(join(deps.config.DATA_DIR, 'uploads'), now)).filter(
    (file) => file.ageMs > ABANDONED_AFTER_MS,
  )
  if (old.length === 0) return 0
  const rows = (await deps
    .db('operations')
    .whereIn(
      'file_path',
      old.map((file) => file.path),
    )
    .select('file_path', 'status')) as { file_path: string; status: string }[]
  const mended = (await deps
    .db('import_fixes as f')
    .join('operations as o', 'o.no', 'f.operation_no')
    .whereIn(
      'f.file_path',
      old.map((file) => file.path),
    )
    .where((q) => q.where('f.state', 'waiting').orWhere('o.status', 'needs_review'))
    .select('f.file_path', 'o.status')) as { file_path: string; status: string }[]
  // one of several: whoever needs it longest
  const statusOf = new Map([...rows, ...mended].map((row) => [row.file_path, row.status]))
  const mayGo = old.filter(({ path, ageMs }) => {
    const status = statusOf.get(path)
    if (status === undefined || status === 'completed') return true
    return (status === 'failed' || status === 'cancelled') && ageMs > KEPT_FOR_RETRY_MS
  })
  await Promise.all(mayGo.map((file) => rm(file.path, { force: true })))
  return mayGo.length
}

/** Working folders of operations that have ended without removing theirs (their worker was killed at the end). */
async function tidyWork(deps: Deps, now: number): Promise<number> {
  const folders = (await list(join(deps.config.DATA_DIR, 'work'), now)).filter(
    (dir) => dir.ageMs > ABANDONED_AFTER_MS,
  )
  if (folders.length === 0) return 0
  const needed = new Set(
    (await deps
      .db('operations')
      .whereIn(
        'id',
        folders.map((dir) => dir.name),
      )
      .whereIn('status', ['queued', 'active', 'failed', 'cancelled'])
      .pluck('id')) as string[],
  )
  const mayGo = folders.filter((dir) => !needed.has(dir.name) || dir.ageMs > KEPT_FOR_RETRY_MS)
  await Promise.all(mayGo.map((dir) => rm(dir.path, { recursive: true, force: true })))
  return mayGo.length
}

/** Result files whose time is over, and those that never got a row because their run was killed in between. */
async function tidyResults(deps: Deps, now: number): Promise<number> {
  const expired = await removeExpired(deps)
  const old = (await list(resultsDir(deps), now)).filter(({ ageMs }) => ageMs > ABANDONED_AFTER_MS)
  const known = new Set<string>()
  for (let at = 0; at < old.length; at += NAMES_A_STATEMENT) {
    const names = old.slice(at, at + NAMES_A_STATEMENT).map(({ name }) => name)
    const rows = await deps.db('result_files').whereIn('path', names).whereNull('removed_at').pluck('path')
    for (const path of rows as string[]) known.add(path)
  }
  const orphans = old.filter(({ name }) => !known.has(name))
  await Promise.all(orphans.map(({ path }) => rm(path, { force: true })))
  return expired + orphans.length
}

/** Keys that rows of an import claimed, once nobody will retry it or mend what was refused of it. */
async function forgetKeys(deps: Deps): Promise<void> {
  const ended = (await deps
    .db('import_keys as k')
    .join('operations as o', 'o.no', 'k.operation_no')
    .whereIn('o.status', ['failed', 'cancelled', 'undone'])
    .where(
      'o.finished_at',
      '<',
      deps.db.raw('utc_timestamp(3) - interval ? second', [KEPT_FOR_RETRY_MS / 1000]),
    )
    .distinct()
    .pluck('k.operation_no')) as number[]
  for (const no of ended) await deps.db('import_keys').where({ operation_no: no }).delete()
}

/** Removes what nobody needs: abandoned uploads, working folders, idempotency keys of last week. Never audit, never data. */
export async function tidyOnce(deps: Deps): Promise<{ uploads: number; folders: number; results: number }> {
  const now = Date.now()
  const uploads = await tidyUploads(deps, now)
  const folders = await tidyWork(deps, now)
  const results = await tidyResults(deps, now)
  await forgetKeys(deps)
  await deps
    .db('idempotency_keys')
    .where('created_at', '<', deps.db.raw('utc_timestamp(3) - interval ? day', [KEYS_KEPT_DAYS]))
    .delete()
  await forgetMails(deps)
  return { uploads, folders, results }
}

/** Tidies soon after the start and every hour, one process at a time, until the signal aborts. */
export function startTidying(deps: Deps, signal: AbortSignal): void {
  const tick = async () => {
    try {
      const done = await underLock(deps, LOCK, () => tidyOnce(deps))
      if (done !== undefined && done.uploads + done.folders + done.results > 0)
        deps.log.info(done, 'tidied up')
    } catch (error) {
      deps.log.warn({ err: error }, 'tidying failed; tried again in an hour')
    }
    if (!signal.aborted) timer = setTimeout(tick, EVERY_MS)
  }
  let timer = setTimeout(tick, FIRST_AFTER_MS)
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}
