import { invalidate } from '../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../shared/cache/notes.ts'
import { completeOperation } from '../../shared/operations/lifecycle.ts'
import { runBulk } from '../runtime/bulk.ts'
import type { BulkWork, Counts } from '../runtime/bulk-work.ts'
import { type Processor, type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { recordKindOf } from './kinds/registry.ts'
import { UndoPatients } from './patients/undo-work.ts'
import { UndoRecords } from './records/undo.ts'

const ZERO = { removed: 0, restored: 0, kept: 0 }

/** Job `imports.undo`: takes back what an import created and restores what it changed. */
export const undoImport: Processor = async (run) => {
  const kind = recordKindOf(run.row.kind)
  const counts =
    kind === undefined
      ? await takeBack(run, await patiently(run, () => UndoPatients.open(run)))
      : await takeBack(run, new UndoRecords(run, kind))
  const domains = kind?.domains ?? ['patients']
  const note = `Taken back: ${counts.removed} removed, ${counts.restored} restored, ${counts.kept} kept`
  const notes = new Map<string, string>()
  const ended = await patiently(run, () =>
    completeOperation(run.deps, run.hold, { phase: null, note }, async (trx) => {
      for (const domain of domains) notes.set(domain, await noteInvalidation(trx, { domain }))
    }),
  )
  if (ended === 'fenced') throw new Stopped('fenced')
  for (const domain of domains) {
    const noted = notes.get(domain)
    await invalidate(run.deps, { domain, ...(noted === undefined ? {} : { note: noted }) })
  }
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
