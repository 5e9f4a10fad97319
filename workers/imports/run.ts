import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { invalidate } from '../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../shared/cache/notes.ts'
import { countPairs } from '../../shared/imports/duplicates/repository.ts'
import { DUPLICATES_PHASE } from '../../shared/imports/duplicates/task.ts'
import { FIX_PHASE } from '../../shared/imports/fixes/commands.ts'
import { BUNDLE } from '../../shared/imports/formats/mixed-kinds.ts'
import { type ImportOptions, importOptions } from '../../shared/imports/schema.ts'
import { completeOperation, holdState } from '../../shared/operations/lifecycle.ts'
import { inStep } from '../../shared/ops/tracing.ts'
import type { Counts } from '../runtime/bulk-work.ts'
import { type Processor, type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { importAll, takeBackRefused, takesBackHalf } from './all-or-nothing.ts'
import { isBundle, prepareBundle } from './bundle/prepare.ts'
import { beginFixes, hasWaitingFixes, runFixes, type WriteRows } from './fixes/run.ts'
import { chooseBulkInsert } from './load-data.ts'
import { isAllOrNothing } from './mode.ts'
import { enterPhase } from './phase.ts'
import { type PreparedSource, prepareSource, workDir } from './prepare.ts'
import { domainsOf, writeRows } from './ways.ts'

const MAX_NOTE_CHARS = 255
const ZERO = { read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 }

async function rememberMapping(run: Run, source: PreparedSource): Promise<void> {
  const header = JSON.stringify(source.layout.columns)
  await run.deps
    .db('import_mappings')
    .insert({
      kind: run.row.kind,
      source: source.options.source,
      header_sha256: createHash('sha256').update(header).digest('hex'),
      header,
      mapping: JSON.stringify(source.mapping),
      strictness: source.options.strictness,
      used_by: run.row.created_by,
      used_at: run.deps.db.raw('utc_timestamp(3)'),
    })
    .onConflict(['kind', 'header_sha256'])
    .merge(['source', 'mapping', 'strictness', 'used_by', 'used_at'])
}

/** Names what lenient reading left out, most frequent first (nothing disappears unsaid), then what else is to be said. */
function closingNote(counts: Record<string, number>, note: string | null): string | null {
  const left = Object.entries(counts).flatMap(([name, n]) =>
    name.startsWith('leftOut.') ? [[name.slice(8), n] as const] : [],
  )
  if (left.length === 0) return note
  const parts = left.sort((a, b) => b[1] - a[1]).map(([column, n]) => `${column} ${n}`)
  return `Left out: ${parts.join(', ')}${note === null ? '' : `. ${note}`}`.slice(0, MAX_NOTE_CHARS)
}

/** Removes the working files of an import that ends here; they are made anew should it be tried again. */
async function tidy(run: Run, error: unknown): Promise<void> {
  if (error instanceof Stopped && error.reason !== 'cancelled') return
  // somebody who has taken over reads them
  if ((await holdState(run.deps.db, run.hold)) === 'fenced') return
  await rm(workDir(run.deps, run.hold.id), { recursive: true, force: true })
}

/** Job `imports.run`: carries an uploaded file into the database, or goes on with mending what was refused of it. */
export const runImport: Processor = async (run) => {
  try {
    await importFile(run)
  } catch (error) {
    const ended = run.signal.aborted ? run.signal.reason : error
    if (await takesBackHalf(run, ended)) return
    await tidy(run, ended).catch((err) => run.log.warn({ err: err }, 'working files not removed'))
    throw error
  }
}

/** An import whose file has been read to the end. */
interface Read {
  run: Run
  counts: Counts
  note: string | null
  source: PreparedSource | null
}

async function importFile(claimed: Run): Promise<void> {
  const options = importOptions.parse(claimed.row.params.options ?? {})
  const { insert, isLoadData } = await patiently(claimed, () =>
    chooseBulkInsert(claimed.bulkDb, claimed.deps.config),
  )
  const write: WriteRows = (run, source) => writeRows(run, source, insert)
  const slow = isLoadData ? null : 'Without LOAD DATA, rows are inserted more slowly.'
  const isRead = claimed.row.phase === FIX_PHASE
  const read = isRead
    ? { run: claimed, counts: claimed.row.counts ?? ZERO, note: null, source: null }
    : await readFile(claimed, options, slow, write)
  if (read === null) return
  const done = await mendRefused(read, options, isRead, write)
  if (isAllOrNothing(options) && (done.counts.rejected ?? 0) > 0)
    return takeBackRefused(done.run, done.counts)
  await complete(done, domainsOf(claimed.row.kind ?? ''))
}

/** Reads the file from where it was left and writes its rows; null when it was all or nothing, and is nothing. */
async function readFile(
  claimed: Run,
  options: ImportOptions,
  slow: string | null,
  write: WriteRows,
): Promise<Read | null> {
  const preparing = await enterPhase(claimed, { phase: 'prepare' })
  const source = await inStep(claimed.deps, 'prepare', () =>
    claimed.row.kind === BUNDLE ? prepareBundle(preparing, options) : prepareSource(preparing, options),
  )
  const note = [source.note, slow].filter((each) => each !== null).join(' ') || null
  const { format, mapping, layout } = source
  const shown = {
    file_columns: JSON.stringify(layout.columns),
    file_reading: JSON.stringify({ format, mapping }),
    note,
  }
  // fixes of its rehearsal may make all rows good: that is known after the last of them
  if (isAllOrNothing(options) && !(await hasWaitingFixes(preparing))) {
    const all = await importAll(preparing, source, shown, write)
    return all && { ...all, note, source }
  }
  const run = await enterPhase(preparing, { ...shown, phase: 'rows', total: source.totalRows })
  return { run, counts: await write(run, source), note, source }
}

/** Does what waits to be done about refused rows. */
async function mendRefused(
  read: Read,
  options: ImportOptions,
  isBegun: boolean,
  write: WriteRows,
): Promise<Read> {
  if (!isBegun && !(await hasWaitingFixes(read.run))) return read
  const begun = isBegun ? read.run : await beginFixes(read.run, read.counts)
  const { run, note } = await runFixes(begun, options, write)
  const said = [read.note, note].filter((each) => each !== null).join(' ') || null
  return { ...read, run, counts: run.row.counts ?? ZERO, note: said }
}

/** Pairs of people who may be one wait for a decision, whatever was mended meanwhile. */
async function waitingForDesk(run: Run): Promise<Record<string, unknown>> {
  const pairs = await patiently(run, () => countPairs(run.deps.db, run.row.no))
  return (pairs.get('open') ?? 0) > 0 ? { status: 'needs_review', phase: DUPLICATES_PHASE } : {}
}

async function complete({ run, counts, note, source }: Read, domains: readonly string[]): Promise<void> {
  const notes = new Map<string, string>()
  const { read = 0, rejected = 0 } = counts
  const desk = await waitingForDesk(run)
  const ended = await patiently(run, () =>
    completeOperation(
      run.deps,
      run.hold,
      {
        ...{ phase: null, counts: JSON.stringify(counts), note: closingNote(counts, note) },
        ...{ processed: read, total: read },
        ...desk,
      },
      async (trx) => {
        // rows that are tried again are later rows of the same file
        if (rejected === 0) await trx('import_keys').where({ operation_no: run.row.no }).delete()
        for (const domain of domains) notes.set(domain, await noteInvalidation(trx, { domain }))
      },
    ),
  )
  if (ended === 'fenced') throw new Stopped('fenced')
  for (const domain of domains) {
    const note = notes.get(domain)
    await invalidate(run.deps, { domain, ...(note === undefined ? {} : { note }) })
  }
  await rm(workDir(run.deps, run.hold.id), { recursive: true, force: true })
  if (ended !== 'completed' && ended !== 'needs_review') return
  // a rehearsal's file is imported when somebody decides so
  if (ended === 'completed' && run.row.file_path !== null) await rm(run.row.file_path, { force: true })
  // what a bundle is mapped to is no choice
  if (source === null || isBundle(source)) return
  await rememberMapping(run, source).catch((error) => run.log.warn({ err: error }, 'mapping not remembered'))
}
