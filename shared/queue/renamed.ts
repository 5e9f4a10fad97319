import type { Knex } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { addEvent } from '../events/outbox.ts'
import { settingsOf } from '../settings/reads.ts'
import type { QueueReadDeps } from './domain.ts'
import { viewTickets } from './reads.ts'
import { findTicket, openTicketsOf } from './repository.ts'
import { ticketEvents } from './view.ts'

/**
 * What a transaction that changes a patient's name does for the boards and screens that show it: an event for each open
 * ticket the patient is on, alone or in a group. Each ticket is held from here to the commit, so that a move at the same
 * time comes before this with the old name or after it with the new one. Whoever commits rings the relay.
 */
export async function tellRenamed(
  deps: QueueReadDeps & Pick<Deps, 'clock'>,
): Promise<(trx: Knex.Transaction, patientId: string) => Promise<void>> {
  const names = (await settingsOf(deps))['display.names']
  return async (trx, patientId) => {
    for (const id of await openTicketsOf(trx, patientId)) {
      const row = await findTicket(trx, { id }, { lock: true })
      const [ticket] = row === undefined ? [] : await viewTickets(trx, [row])
      if (ticket === undefined) continue
      for (const event of ticketEvents('queue.updated', ticket, names, deps.clock.now()))
        await addEvent(trx, event)
    }
  }
}
