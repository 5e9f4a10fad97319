import { LOOKED_FOR } from '../../../shared/imports/duplicates/reads.ts'
import { countAlike, countPairs } from '../../../shared/imports/duplicates/repository.ts'
import { type DeskCursor, type DeskTask, DUPLICATES_PHASE } from '../../../shared/imports/duplicates/task.ts'
import { completeOperation } from '../../../shared/operations/lifecycle.ts'
import { runBulk } from '../../runtime/bulk.ts'
import type { BulkWork, Counts } from '../../runtime/bulk-work.ts'
import { type Processor, type Run, Stopped } from '../../runtime/context.ts'
import { patiently } from '../../runtime/patience.ts'
import { DecideDuplicates } from './decide-work.ts'
import { FindDuplicates } from './find-work.ts'

const atOf = ({ cursor_state: state }: Run['row']): DeskCursor => (state as { at: DeskCursor }).at

/** What is said when the work is done: how the pairs stand, and how many telephones and birthdays said nothing. */
function closingNote(pairs: ReadonlyMap<string, number>, crowded: number): string {
  const of = (status: string) => pairs.get(status) ?? 0
  const said =
    `Possible duplicates: ${of('open')} to decide, ${of('later')} put off, ${of('merged')} put together, ` +
    `${of('kept')} kept apart, ${of('refused')} not possible`
  return crowded === 0 ? said : `${said}. Left out, shared by too many: ${crowded}`
}

/** How the operation stands when the desk has done its part: it waits while pairs do. */
function endOf({ base }: DeskTask, open: number): Record<string, unknown> {
  if (base.status === 'needs_review') return { status: base.status, phase: base.phase }
  return open > 0 ? { status: 'needs_review', phase: DUPLICATES_PHASE } : { status: 'completed', phase: null }
}

async function carryOut<Prepared>(
  run: Run,
  work: BulkWork<Prepared, DeskCursor> & { count(): Promise<number> },
): Promise<Counts> {
  const total = run.row.total ?? (await patiently(run, () => work.count()))
  await patiently(run, () =>
    run.deps.db('operations').where({ id: run.hold.id, fence: run.hold.fence }).update({ total }),
  )
  return runBulk({ ...run, row: { ...run.row, total } }, work, {})
}

/** A step of job `imports.run`: looks for people of an import who may be in the file twice, or does what was decided. */
export const runDuplicates: Processor = async (run) => {
  const { task } = atOf(run.row)
  const counts =
    task.what === 'find'
      ? await carryOut(run, new FindDuplicates(run))
      : await carryOut(run, await patiently(run, () => DecideDuplicates.open(run, task)))
  const db = run.deps.db
  const { pairs, alike, crowded } = await patiently(run, async () => ({
    pairs: await countPairs(db, run.row.no),
    alike: await countAlike(db, run.row.no),
    crowded: atOf(await db('operations').where({ id: run.hold.id }).first('cursor_state')).crowded,
  }))
  const kept = task.what === 'find' ? { ...counts, [LOOKED_FOR]: alike } : counts
  const ended = await patiently(run, () =>
    completeOperation(run.deps, run.hold, {
      // how it ends is this desk's matter: it stands as before, or waits
      ...endOf(task, pairs.get('open') ?? 0),
      ...{ processed: counts.read ?? 0, total: counts.read ?? 0, counts: JSON.stringify(kept) },
      note: closingNote(pairs, crowded),
    }),
  )
  if (ended === 'fenced') throw new Stopped('fenced')
}
