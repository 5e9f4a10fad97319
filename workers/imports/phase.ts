import type { Knex } from '../../shared/db/connect.ts'
import { inTransaction } from '../../shared/db/transaction.ts'
import { addEvent, ring } from '../../shared/events/outbox.ts'
import { operationEvent } from '../../shared/operations/events.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import { type Run, Stopped } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'

/**
 * Notes what the run is doing now, under its fence, and tells the screens. `inside` runs in the same transaction. Answers
 * the run as it goes on from there.
 */
export async function enterPhase(
  run: Run,
  fields: Record<string, unknown>,
  inside?: (trx: Knex.Transaction) => Promise<void>,
): Promise<Run> {
  const row = await patiently(run, () =>
    inTransaction(run.deps.db, async (trx) => {
      const held = await trx('operations')
        .where({ id: run.hold.id, fence: run.hold.fence, status: 'active' })
        .update({ ...fields, version: trx.raw('version + 1') })
      if (held !== 1) throw new Stopped('fenced')
      await inside?.(trx)
      const now = (await findOperation(trx, run.hold.id)) as OperationRow
      await addEvent(trx, operationEvent(now, run.deps.clock.now()))
      return now
    }),
  )
  ring(run.deps)
  return { ...run, row }
}
