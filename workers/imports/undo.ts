import { invalidate } from '../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../shared/cache/notes.ts'
import { completeOperation } from '../../shared/operations/lifecycle.ts'
import { TAKE_BACK_PHASE } from '../../shared/operations/phases.ts'
import { findOperation } from '../../shared/operations/repository.ts'
import { runBulk } from '../runtime/bulk.ts'
import type { BulkWork, Counts } from '../runtime/bulk-work.ts'
import { type Processor, type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { countsOfNothing } from './all-or-nothing.ts'
import type { UndoWork } from './bundle/undo.ts'
import { domainsOf, tablesOf, undoWorkOf } from './ways.ts'

const ZERO = { removed: 0, restored: 0, kept: 0 }

/** Job `imports.undo`: takes back what an import created and restores what it changed. */
export const undoImport: Processor = async (run) => {
  const kind = run.row.kind ?? ''
  const work = await patiently(run, () => undoWorkOf(run, kind))
  const counts = await takeBack(run, work as UndoWork)
  const domains = domainsOf(kind)
  const nothing = run.row.phase === TAKE_BACK_PHASE ? await nothingOf(run, tablesOf(kind), counts) : {}
  const note = `Taken back: ${counts.removed} removed, ${counts.restored} restored, ${counts.kept} kept`
  const notes = new Map<string, string>()
  const ended = await patiently(run, () =>
    completeOperation(run.deps, run.hold, { phase: null, note, ...nothing }, async (trx) => {
      for (const domain of domains) notes.set(domain, await noteInvalidation(trx, { domain }))
    }),
  )
  if (ended === 'fenced') throw new Stopped('fenced')
  for (const domain of domains) {
    const noted = notes.get(domain)
    await invalidate(run.deps, { domain, ...(noted === undefined ? {} : { note: noted }) })
  }
}

/** What is said of an import that is nothing, but for what somebody has changed or used meanwhile. */
async function nothingOf(
  run: Run,
  tables: readonly string[],
  { kept = 0 }: Counts,
): Promise<Record<string, unknown>> {
  let inserted = 0
  for (const table of tables) {
    const left = await patiently(run, () =>
      run.deps.db(table).where({ import_no: run.row.no }).count({ n: '*' }).first(),
    )
    inserted += Number(left?.n ?? 0)
  }
  const before = (await patiently(run, () => findOperation(run.deps.db, run.hold.id)))?.counts ?? {}
  const counts = countsOfNothing(before, { inserted, updated: Math.max(0, kept - inserted) })
  return { cursor_state: null, counts: JSON.stringify(counts) }
}

/** Undoes piece by piece and answers what was taken back. */
async function takeBack<Prepared, Cursor>(
  run: Run,
  work: BulkWork<Prepared, Cursor> & { count(): Promise<number> },
): Promise<Counts> {
  const total = await patiently(run, () => work.count())
  await patiently(run, () =>
    run.deps.db('operations').where({ id: run.hold.id, fence: run.hold.fence }).update({ total }),
  )
  return runBulk({ ...run, row: { ...run.row, total } }, work, ZERO)
}
