import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { noteBackups, requestProof } from '../../shared/backups/commands.ts'
import { getPresentBackups } from '../../shared/backups/reads.ts'
import type { Manifest } from '../../shared/backups/schema.ts'
import { completeOperation } from '../../shared/operations/lifecycle.ts'
import { type Processor, type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { databaseOf, makeBackup } from './make.ts'
import { backupsDir, manifestsIn } from './manifest.ts'
import { copyAway, removeHalfDone, thinOut } from './offsite.ts'
import { openReport } from './report.ts'
import { slowly } from './slowly.ts'

const ID_CHARS = 8
const MEGABYTE = 1_000_000

/** Address of the database under the account that dumps it. */
export const backupUrl = ({ config }: Run['deps']): string =>
  config.BACKUP_DATABASE_URL ?? config.DATABASE_URL

/** End of the name of the backup that one start of an operation makes. */
const suffixOf = (id: string, fence: number) => `${id.slice(-ID_CHARS)}-${fence}`

/** Rows as the server estimates them, for the progress alone. */
async function estimatedRows({ deps }: Run): Promise<number> {
  const row = await deps
    .db('information_schema.tables')
    .where({ table_schema: databaseOf(deps.config.DATABASE_URL), table_type: 'BASE TABLE' })
    .sum({ n: 'table_rows' })
    .first()
  return Number(row?.n ?? 0)
}

/** Removes what killed starts left, and notes backups that the database does not know (it was restored, perhaps). */
async function tidyUp(run: Run): Promise<void> {
  const { deps, hold } = run
  const active = (await deps
    .db('operations')
    .where({ type: 'backup', status: 'active' })
    .select('id', 'fence')) as { id: string; fence: number }[]
  const inUse = active.map(({ id, fence }) => suffixOf(id, Number(fence)))
  await removeHalfDone(deps.config, new Set([...inUse, suffixOf(hold.id, hold.fence)]))
  await noteBackups(deps.db, await manifestsIn(backupsDir(deps.config)), null)
}

function closingNote(made: Manifest, removed: number, offsiteFault: string | null): string {
  const bytes = made.parts.reduce((sum, part) => sum + part.bytes, 0)
  const rows = made.tables.reduce((sum, table) => sum + table.rows, 0)
  return [
    `${made.name}: ${rows} rows of ${made.tables.length} tables, ${(bytes / MEGABYTE).toFixed(1)} MB.`,
    ...(removed === 0 ? [] : [`${removed} older removed.`]),
    ...(offsiteFault === null ? [] : [`NOT copied to the second place (${offsiteFault}).`]),
  ].join(' ')
}

/** Job `backups.run`: one whole backup, its copy away from here, retention; then asks for the proof. */
export const runBackup: Processor = async (run) => {
  const { deps, hold, signal } = run
  const report = openReport(run)
  await patiently(run, () => tidyUp(run))
  const total = await patiently(run, () => estimatedRows(run))
  const made = await makeBackup({
    config: deps.config,
    db: deps.db,
    url: backupUrl(deps),
    suffix: suffixOf(hold.id, hold.fence),
    signal,
    now: () => deps.clock.now(),
    rested: slowly(run),
    phase: (name) => report.phase(name, name === 'database' ? total : undefined),
    progress: (rows) => report.done(rows),
  })
  try {
    await patiently(run, () => noteBackups(deps.db, [made], hold.id))
    await report.phase('copy')
    const offsiteFault = await copyAway(deps, made.name, signal)
    const removed = await patiently(run, () => thinOut(deps))
    const note = closingNote(made, removed.length, offsiteFault)
    const ended = await patiently(run, () => completeOperation(deps, hold, { phase: null, note }))
    if (ended === 'fenced') throw new Stopped('fenced')
  } catch (error) {
    // cancelled, or taken over by another start, which makes one of its own
    if (signal.aborted || error instanceof Stopped) await takeBack(run, made)
    throw error
  }
  await askForProof(run, made)
}

async function takeBack({ deps }: Run, made: Manifest): Promise<void> {
  await rm(join(backupsDir(deps.config), made.name), { recursive: true, force: true })
  await deps.db('backups').where({ name: made.name }).delete()
}

/** The key makes it one however often this is tried; the weekly proof sees to a request that was lost here. */
async function askForProof({ deps, queues, row }: Run, made: Manifest): Promise<void> {
  if (row.params.prove === false) return
  const known = (await getPresentBackups(deps)).find(({ name }) => name === made.name)
  if (known !== undefined) await requestProof(deps, queues, known, { principal: null })
}
