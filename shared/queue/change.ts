import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import type { Knex } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { addEvents } from '../events/outbox.ts'
import type { EventType } from '../events/registry.ts'
import { toSqlUtc } from '../units/clock.ts'
import type { Who } from './enqueue.ts'
import { STATE_COLUMNS, type TicketRow, type TicketState } from './model.ts'
import { viewTickets } from './reads.ts'
import { ENDED, type MoveKind } from './rules.ts'
import type { Ticket } from './schema.ts'
import { type NamesShown, ticketEvents } from './view.ts'

/** One change of a ticket whose row is locked. */
export interface Change {
  kind: MoveKind | 'undo'
  next: Partial<TicketState>
  reason?: string | undefined
}

/** Who changes, when, and what screens may show. */
export interface ChangeContext {
  who: Who
  now: Date
  names: NamesShown
}

const isCall = (kind: Change['kind']): boolean => kind === 'call' || kind === 'recall'

function eventOf(kind: Change['kind'], row: TicketRow): EventType {
  if (isCall(kind)) return 'queue.called'
  return ENDED.includes(row.status) ? 'queue.removed' : 'queue.updated'
}

/** Refuses a move with the ticket as it is, so that the screen shows what is. */
export async function refuse(
  trx: Knex.Transaction,
  row: TicketRow,
  code: 'state/version' | 'state/conflict',
  detail?: string,
): Promise<never> {
  const [current] = await viewTickets(trx, [row])
  throw new AppError(code, { ...(detail === undefined ? {} : { detail }), extra: { current } })
}

/** Writes a change: its move (with what undo needs), the ticket, the audit and the events. Answers the new ticket. */
export async function applyChange(
  trx: Knex.Transaction,
  row: TicketRow,
  { kind, next, reason }: Change,
  { who, now, names }: ChangeContext,
): Promise<Ticket> {
  const at = toSqlUtc(now)
  const version = row.version + 1
  const before = Object.fromEntries(STATE_COLUMNS.map((column) => [column, row[column]]))
  const [moveId] = await trx('ticket_moves')
    .comment('queue.insert-move')
    .insert({
      ticket_id: row.id,
      version,
      kind,
      from_status: row.status,
      to_status: next.status ?? row.status,
      room: next.room === undefined ? row.room : next.room,
      reason: reason ?? null,
      before_json: JSON.stringify(before),
      user_id: who.userId ?? null,
      at,
    })
  const changed = isCall(kind) ? { ...next, call_id: String(moveId) } : next
  await trx('tickets')
    .comment('queue.change')
    .where({ id: row.id })
    .update({ ...changed, version })
  const after: TicketRow = { ...row, ...changed, version }
  const [ticket] = (await viewTickets(trx, [after])) as [Ticket]
  const people = ticket.members.length > 0 ? ticket.members : [ticket.patient]
  const audit = people.map(
    ({ id }): AuditEntry => ({
      ...who,
      action: `queue.${kind}`,
      entity: 'ticket',
      entityId: row.id,
      patientId: id,
      outcome: 'ok',
      detail: { version, from: row.status, to: after.status },
    }),
  )
  await writeAudit(trx, audit, now)
  await addEvents(trx, ticketEvents(eventOf(kind, after), ticket, names, now))
  return ticket
}
