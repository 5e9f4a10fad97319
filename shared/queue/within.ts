import type { Knex } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { applyChange, type ChangeContext } from './change.ts'
import type { QueueWriteDeps, Who } from './enqueue.ts'
import type { TicketRow } from './model.ts'
import { nextState } from './next-state.ts'
import { findTicket } from './repository.ts'
import { moveKind } from './rules.ts'

export { QUEUE } from './domain.ts'

/** A ticket that a transaction of another domain holds. */
export type HeldTicket = TicketRow

/** What {@link completeHeld} needs to know; ask for it before the transaction. */
export async function changeContext(
  deps: QueueWriteDeps & Pick<Deps, 'clock'>,
  who: Who,
): Promise<ChangeContext> {
  return { who, now: deps.clock.now(), names: (await settingsOf(deps))['display.names'] }
}

/** Takes hold of the ticket of a visit until the transaction ends; undefined where there is none. */
export const holdTicketOf = (trx: Knex.Transaction, visitId: string): Promise<HeldTicket | undefined> =>
  findTicket(trx, { visit_id: visitId }, { lock: true })

/**
 * Completes a ticket that is held, if the table of transitions allows it from where it stands. Answers the number of
 * the note about the queue: whoever commits tells the cache (domain `queue`) with it and rings the relay. Null: the
 * ticket stays as it is.
 */
export async function completeHeld(
  trx: Knex.Transaction,
  row: HeldTicket,
  context: ChangeContext,
): Promise<string | null> {
  const kind = moveKind(row.status, 'completed', {}, { doctorId: row.doctor_id, room: row.room })
  if (kind === null) return null
  const next = nextState(row, 'completed', kind, {}, toSqlUtc(context.now))
  return (await applyChange(trx, row, { kind, next }, context)).note
}
