import { inTransaction } from '../../shared/db/transaction.ts'
import { addEvent, ring } from '../../shared/events/outbox.ts'
import { operationEvent } from '../../shared/operations/events.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import { type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { Progress } from '../runtime/progress.ts'

/** Tells people how far an operation is, under its fence. */
export interface Report {
  /** A new phase; `total` in the operation's unit. */
  phase(name: string, total?: number): Promise<void>
  /** So many are done in this phase; at most one statement every quarter of a second, the caller sees to that. */
  done(processed: number): Promise<void>
}

/** Opens a {@link Report} for a run without checkpoints: its progress starts anew with every start. */
export function openReport(run: Run): Report {
  let current = { ...run, row: { ...run.row, percent: '0', processed: 0 } }
  let progress = new Progress(current, 0)
  const held = () =>
    run.deps.db('operations').where({ id: run.hold.id, fence: run.hold.fence, status: 'active' })
  return {
    async phase(name, total) {
      const fields = { phase: name, ...(total === undefined ? {} : { total, processed: 0, percent: 0 }) }
      const row = await patiently(run, () =>
        inTransaction(run.deps.db, async (trx) => {
          const changed = await trx('operations')
            .where({ id: run.hold.id, fence: run.hold.fence, status: 'active' })
            .update({ ...fields, version: trx.raw('version + 1') })
          if (changed !== 1) throw new Stopped('fenced')
          const now = (await findOperation(trx, run.hold.id)) as OperationRow
          await addEvent(trx, operationEvent(now, run.deps.clock.now()))
          return now
        }),
      )
      ring(run.deps)
      current = { ...run, row }
      progress = new Progress(current, row.processed)
    },
    async done(processed) {
      // sums of the server are estimates: what is there may be more than was expected
      const seen = Math.min(processed, current.row.total ?? processed)
      await held().update({ ...progress.columns(seen), version: run.deps.db.raw('version + 1') })
      await progress.committed(seen, {})
    },
  }
}
