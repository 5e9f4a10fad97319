import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Knex } from '../../../shared/db/connect.ts'
import { AppError } from '../../../shared/errors/app-error.ts'
import { FIX_PHASE } from '../../../shared/imports/fixes/commands.ts'
import { type Reading, readingOf } from '../../../shared/imports/fixes/reading.ts'
import { refusedOf } from '../../../shared/imports/fixes/reads.ts'
import type { FixStep } from '../../../shared/imports/fixes/steps.ts'
import { readStagedLayout } from '../../../shared/imports/reader.ts'
import type { ImportOptions } from '../../../shared/imports/schema.ts'
import { isRehearsal } from '../../../shared/operations/rehearsal.ts'
import { clinicDay } from '../../../shared/units/dates.ts'
import { runBulk } from '../../runtime/bulk.ts'
import type { Counts } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'
import { enterPhase } from '../phase.ts'
import { type PreparedSource, workDir } from '../prepare.ts'
import { Repeats } from '../repeats.ts'
import { takeMendedFile } from './mend.ts'
import { SkipRefused } from './skip.ts'
import { byFile, byGroups, type Selection, stageRefused } from './stage.ts'

const MAX_NOTE_CHARS = 255
const NOT_BEGUN = { cursor_state: null, processed: 0, total: null }

interface Fix {
  fix_no: number
  request: FixStep
  file_path: string | null
  /** While it waits: the counts of the import before it, once it has begun. */
  counts: Counts | null
  made_at: string
}

/** Writes rows that were made ready, by the import's own ways, and answers all its counts. */
export type WriteRows = (run: Run, source: PreparedSource) => Promise<Counts>

/** Begins with the fixes of an import whose file is read: from here on its cursor is theirs. */
export const beginFixes = (run: Run, counts: Counts): Promise<Run> =>
  enterPhase(run, { ...NOT_BEGUN, phase: FIX_PHASE, counts: JSON.stringify(counts) })

/** Whether fixes of an import wait to be carried out. */
export async function hasWaitingFixes(run: Run): Promise<boolean> {
  return (await nextFix(run)) !== undefined
}

function nextFix(run: Run): Promise<Fix | undefined> {
  return patiently(
    run,
    async () =>
      (await run.deps
        .db('import_fixes')
        .where({ operation_no: run.row.no, state: 'waiting' })
        .orderBy('fix_no')
        .first('fix_no', 'request', 'file_path', 'counts', 'made_at')) as Fix | undefined,
  )
}

/**
 * Carries out what waits to be done about refused rows, one step after the other, and says what became of them. The rows
 * of a step are staged as a table of their own and go through the import's own pieces, with the cursor, the counts and
 * the fence of the operation; the end of a step and the beginning of the next one are one transaction.
 */
export async function runFixes(
  begun: Run,
  options: ImportOptions,
  write: WriteRows,
): Promise<{ run: Run; note: string | null }> {
  let run = begun
  const sums = { tried: 0, skipped: 0, left: 0 }
  let problem: string | null = null
  let isAny = false
  for (let fix = await nextFix(run); fix !== undefined; fix = await nextFix(run)) {
    const before = fix.counts ?? (await rememberCounts(run, fix))
    const dir = join(workDir(run.deps, run.hold.id), `fix-${fix.fix_no}`)
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const said = await carryOut(run, fix, dir, options, write)
    run = await finish(run, fix, before, said)
    for (const part of ['tried', 'skipped', 'left'] as const) sums[part] += said[part] ?? 0
    if (said.state === 'refused') problem = said.note
    isAny = true
    await rm(dir, { recursive: true, force: true })
    // a rehearsal's are carried out once more when it is released
    if (fix.file_path !== null && !isRehearsal(run.row)) await rm(fix.file_path, { force: true })
  }
  if (!isAny) return { run, note: null }
  const { tried, skipped, left } = sums
  const note = `Refused rows: ${tried} tried again, ${skipped} skipped, ${left} of the file left`
  return { run, note: (problem ?? note).slice(0, MAX_NOTE_CHARS) }
}

/** Keeps the counts from which a fix begins, before the first of its pieces moves them. */
async function rememberCounts(run: Run, { fix_no }: Fix): Promise<Counts> {
  const { counts, no } = run.row
  await enterPhase(run, {}, async (trx) => {
    await trx('import_fixes')
      .where({ operation_no: no, fix_no })
      .update({ counts: JSON.stringify(counts ?? {}) })
  })
  return counts ?? {}
}

interface Said {
  state: 'done' | 'refused'
  counts: Counts
  note: string
  tried?: number
  skipped?: number
  /** Rows of a mended file that are no refused ones, or could not be read. */
  left?: number
}

async function carryOut(
  run: Run,
  fix: Fix,
  dir: string,
  options: ImportOptions,
  write: WriteRows,
): Promise<Said> {
  const { request } = fix
  if (request.what === 'skip') {
    const ready = await enterPhase(run, { total: await countOf(run, request.groups) })
    const counts = await runBulk(ready, new SkipRefused(ready, request.groups), {})
    const skipped = ready.row.total ?? 0
    return { state: 'done', counts, skipped, note: `${skipped} refused rows skipped` }
  }
  const made = await makeReady(run, fix, dir, options).catch((error: unknown) => {
    // a mended file that cannot be read takes nothing from an import that ended well
    if (!(error instanceof AppError) || error.rule.status >= 500) throw error
    return error
  })
  if (made instanceof AppError)
    return { state: 'refused', counts: run.row.counts ?? {}, note: `Not mended: ${made.message}` }
  const { ready, source, left } = made
  const counts = await write(ready, source)
  const tail = left > 0 ? `, ${left} rows of the mended file left` : ''
  const { totalRows: tried } = source
  return { state: 'done', counts, tried, left, note: `${tried} refused rows tried again${tail}` }
}

async function countOf(run: Run, causes: Parameters<typeof refusedOf>[2]): Promise<number> {
  const { cursor_state: cursor, processed, total, no } = run.row
  if (cursor !== null && total !== null) return total
  const found = await patiently(run, () => refusedOf(run.deps.db, no, causes).count({ n: '*' }).first())
  return Number((found as { n?: number | string } | undefined)?.n ?? 0) + processed
}

interface Ready {
  ready: Run
  source: PreparedSource
  left: number
}

/**
 * The rows of a fix as a source. A run that takes over finds them and goes on; where they are gone, what is refused still
 * is staged anew and tried from the beginning, which changes nothing for rows that were refused again.
 */
async function makeReady(run: Run, fix: Fix, dir: string, options: ImportOptions): Promise<Ready> {
  const reading = await patiently(run, () => readingOf(run.deps, run.row))
  const path = join(dir, 'rows.csv')
  const isThere = run.row.total !== null && (await exists(path))
  const staged = isThere ? { ready: run, left: 0 } : await stage(run, fix, dir, path, reading)
  const nowMs = Date.parse(`${fix.made_at.replace(' ', 'T')}Z`)
  const source: PreparedSource = {
    path,
    layout: await readStagedLayout(path),
    format: reading.format,
    note: null,
    options: { ...options, ...mannerOf(fix.request) },
    mapping: reading.mapping,
    toFields: reading.toFields,
    todayOn: clinicDay(nowMs),
    nowMs,
    repeats: Repeats.all(),
    totalRows: staged.ready.row.total ?? 0,
    isRerun: true,
  }
  return { ...staged, source }
}

/** How rows of a step are read, where that differs from the import itself. */
function mannerOf(step: FixStep): Partial<ImportOptions> {
  if (step.what !== 'again') return {}
  const [first] = step.fixes
  return {
    ...(first?.strictness === undefined ? {} : { strictness: first.strictness }),
    ...(first?.onDuplicate === undefined ? {} : { onDuplicate: first.onDuplicate }),
  }
}

async function stage(run: Run, fix: Fix, dir: string, path: string, reading: Reading) {
  const { no } = run.row
  const { request, fix_no, file_path } = fix
  let left = 0
  if (request.what === 'file') left = await takeMendedFile(run, fix_no, file_path ?? '', dir)
  const selection: Selection =
    request.what === 'again' ? byGroups(no, request.fixes, reading) : byFile(no, fix_no)
  const total = await stageRefused(run, reading.columns, selection, path)
  return { ready: await enterPhase(run, { ...NOT_BEGUN, total }), left }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** What the counts of the import moved by. */
function moved(before: Counts, after: Counts): Counts {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const by = (after[name] ?? 0) - (before[name] ?? 0)
      return by === 0 ? [] : [[name, by]]
    }),
  )
}

function finish(run: Run, fix: Fix, before: Counts, { state, counts, note }: Said): Promise<Run> {
  const done = async (trx: Knex.Transaction) => {
    await trx('import_fixes')
      .where({ operation_no: run.row.no, fix_no: fix.fix_no })
      .update({
        state,
        counts: JSON.stringify(moved(before, counts)),
        note: note.slice(0, MAX_NOTE_CHARS),
        done_at: trx.raw('utc_timestamp(3)'),
      })
  }
  return enterPhase(run, { ...NOT_BEGUN, counts: JSON.stringify(counts) }, done)
}
