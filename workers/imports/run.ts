import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { invalidate } from '../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../shared/cache/notes.ts'
import { inTransaction } from '../../shared/db/transaction.ts'
import { addEvent, ring } from '../../shared/events/outbox.ts'
import { importOptions } from '../../shared/imports/schema.ts'
import { operationEvent } from '../../shared/operations/events.ts'
import { completeOperation, holdState } from '../../shared/operations/lifecycle.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import { runBulk } from '../runtime/bulk.ts'
import type { Counts } from '../runtime/bulk-work.ts'
import { type Processor, type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { recordKindOf } from './kinds/registry.ts'
import { type BulkInsert, chooseBulkInsert } from './load-data.ts'
import { PatientsWork } from './patients/work.ts'
import { type PreparedSource, prepareSource, workDir } from './prepare.ts'
import { RecordsWork } from './records/work.ts'

const MAX_NOTE_CHARS = 255
const ZERO = { read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 }

/** Notes what the run is doing now, under its fence, and tells the screens. */
async function enterPhase(run: Run, fields: Record<string, unknown>): Promise<Run> {
  const row = await patiently(run, () =>
    inTransaction(run.deps.db, async (trx) => {
      const held = await trx('operations')
        .where({ id: run.hold.id, fence: run.hold.fence, status: 'active' })
        .update({ ...fields, version: trx.raw('version + 1') })
      if (held !== 1) throw new Stopped('fenced')
      const now = (await findOperation(trx, run.hold.id)) as OperationRow
      await addEvent(trx, operationEvent(now, run.deps.clock.now()))
      return now
    }),
  )
  ring(run.deps)
  return { ...run, row }
}

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

/** Job `imports.run`: carries an uploaded file into the database. */
export const runImport: Processor = async (run) => {
  try {
    await importFile(run)
  } catch (error) {
    const ended = run.signal.aborted ? run.signal.reason : error
    await tidy(run, ended).catch((err) => run.log.warn({ err: err }, 'working files not removed'))
    throw error
  }
}

async function importPatients(run: Run, source: PreparedSource, insert: BulkInsert): Promise<Counts> {
  const anybody = await patiently(run, async () => run.deps.db('patients').first('id'))
  return runBulk(run, new PatientsWork(run, source, insert, anybody === undefined), ZERO)
}

async function importFile(claimed: Run): Promise<void> {
  const options = importOptions.parse(claimed.row.params.options ?? {})
  const preparing = await enterPhase(claimed, { phase: 'prepare' })
  const source = await prepareSource(preparing, options)
  const { insert, isLoadData } = await patiently(preparing, () =>
    chooseBulkInsert(preparing.bulkDb, preparing.deps.config),
  )
  const kind = recordKindOf(claimed.row.kind)
  const slow = isLoadData || kind !== undefined ? null : 'Without LOAD DATA, rows are inserted more slowly.'
  const note = [source.note, slow].filter((each) => each !== null).join(' ') || null
  const run = await enterPhase(preparing, {
    phase: 'rows',
    total: source.totalRows,
    file_columns: JSON.stringify(source.layout.columns),
    note,
  })
  const counts =
    kind === undefined
      ? await importPatients(run, source, insert)
      : await runBulk(run, new RecordsWork(run, source, kind), ZERO)
  const domains = kind?.domains ?? ['patients']
  const notes = new Map<string, string>()
  const ended = await patiently(run, () =>
    completeOperation(
      run.deps,
      run.hold,
      { phase: null, counts: JSON.stringify(counts), note: closingNote(counts, note) },
      async (trx) => {
        await trx('import_keys').where({ operation_no: run.row.no }).delete()
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
  if (ended === 'completed' && claimed.row.file_path !== null)
    await rm(claimed.row.file_path, { force: true })
  await rememberMapping(run, source).catch((error) => run.log.warn({ err: error }, 'mapping not remembered'))
}
