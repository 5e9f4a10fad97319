import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { QUEUE } from './domain.ts'
import { presentTicket } from './reads.ts'
import type { NewTicket } from './schema.ts'
import { newSlipToken } from './slip.ts'

/**
 * Gives a ticket a new slip; the token of the slip before is good for nothing from now on. Throws `not-found`.
 */
export function reissueSlip(
  deps: WriteDeps,
  where: { id: string } | { visit_id: string },
  who: Omit<AuditEntry, 'action' | 'outcome'>,
): Promise<NewTicket> {
  const slip = newSlipToken()
  return writing(deps, QUEUE, async (trx) => {
    const ticket = await presentTicket(trx, where)
    await trx('tickets')
      .comment('queue.reissue-slip')
      .where({ id: ticket.id })
      .update({ slip_hash: slip.hash })
    const about = {
      entity: 'ticket',
      entityId: ticket.id,
      patientId: ticket.patient.id,
      outcome: 'ok',
    } as const
    await writeAudit(trx, { ...who, action: 'queue.slip', ...about }, deps.clock.now())
    return { result: { ...ticket, slipToken: slip.token } }
  })
}
