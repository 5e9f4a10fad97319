import { invalidate } from '../../shared/cache/invalidate.ts'
import { noteInvalidation } from '../../shared/cache/notes.ts'
import { completeOperation } from '../../shared/operations/lifecycle.ts'
import { runBulk } from '../runtime/bulk.ts'
import { type Processor, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { UndoPatients } from './patients/undo-work.ts'

const ZERO = { removed: 0, restored: 0, kept: 0 }

/** Job `imports.undo`: takes back what an import created and restores what it changed. */
export const undoImport: Processor = async (run) => {
  const work = await patiently(run, () => UndoPatients.open(run))
  const total = await patiently(run, () => work.count())
  await patiently(run, () =>
    run.deps.db('operations').where({ id: run.hold.id, fence: run.hold.fence }).update({ total }),
  )
  const counts = await runBulk({ ...run, row: { ...run.row, total } }, work, ZERO)
  const note = `Taken back: ${counts.removed} removed, ${counts.restored} restored, ${counts.kept} kept`
  let noted: string | undefined
  const ended = await patiently(run, () =>
    completeOperation(run.deps, run.hold, { phase: null, note }, async (trx) => {
      noted = await noteInvalidation(trx, { domain: 'patients' })
    }),
  )
  if (ended === 'fenced') throw new Stopped('fenced')
  await invalidate(run.deps, { domain: 'patients', ...(noted === undefined ? {} : { note: noted }) })
}
