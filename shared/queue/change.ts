import type { AuditEntry } from '../audit/entry.ts'
import { auditInsertion } from '../audit/write.ts'
import { noteInsertion } from '../cache/notes.ts'
import { figuresInsertion } from '../dashboard/commands.ts'
import { difference, ticketFigures } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import { inOneTrip } from '../db/one-trip.ts'
import { AppError } from '../errors/app-error.ts'
import type { EventType } from '../events/registry.ts'
import { toSqlUtc } from '../units/clock.ts'
import { takeAppointmentAlong } from './appointment.ts'
import { QUEUE } from './domain.ts'
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

/** Refuses a move with the ticket as it is and who moved it last, so that the screen shows what is. */
export async function refuse(
  trx: Knex.Transaction,
  row: TicketRow,
  code: 'state/version' | 'state/conflict',
  detail?: string,
): Promise<never> {
  const [current] = await viewTickets(trx, [row])
  const by = await trx('ticket_moves as m')
    .comment('queue.moved-by')
    .join('users as u', 'u.id', 'm.user_id')
    .where({ 'm.ticket_id': row.id, 'm.version': row.version })
    .first('u.id', 'u.name')
  throw new AppError(code, {
    ...(detail === undefined ? {} : { detail }),
    extra: { current, changedBy: by === undefined ? null : { id: String(by.id), name: by.name } },
  })
}

/** Events of a call name it; its number is known only as the statement runs. */
const EVENTS = `insert into outbox_events (topic, type, body) values
  ('queue', :type, if(:isCall, json_replace(:staff, '$.body.entity.callId', concat(move)), :staff)),
  ('display', :type, if(:isCall, json_replace(:screens, '$.body.entity.callId', concat(move)), :screens))`

/**
 * Writes a change in one round trip, one more where an appointment goes along: its move (with what undo needs), the ticket, the audit, the events and the note
 * for the cache. Answers the new ticket and the note's number.
 */
export async function applyChange(
  trx: Knex.Transaction,
  row: TicketRow,
  { kind, next, reason }: Change,
  { who, now, names }: ChangeContext,
): Promise<{ ticket: Ticket; note: string }> {
  const version = row.version + 1
  const after: TicketRow = { ...row, ...next, version }
  after.appointment_id = await takeAppointmentAlong(trx, row, after.status, { who, now })
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
  const move = {
    ticket_id: row.id,
    version,
    kind,
    from_status: row.status,
    to_status: after.status,
    room: after.room,
    reason: reason ?? null,
    before_json: JSON.stringify(Object.fromEntries(STATE_COLUMNS.map((column) => [column, row[column]]))),
    user_id: who.userId ?? null,
    at: toSqlUtc(now),
  }
  const type = eventOf(kind, after)
  const [staff, screens] = ticketEvents(type, ticket, names, now).map((event) => JSON.stringify(event))
  const figures = difference(ticketFigures(row, people.length), ticketFigures(after, people.length))
  const figured = figuresInsertion(trx, figures)
  const changed = isCall(kind) ? { ...next, call_id: trx.raw('move') } : next
  const told = await inOneTrip<{ move: string | number; note: string | number }>(
    trx,
    `queue.${kind}`,
    ['move bigint unsigned', 'note bigint unsigned'],
    [
      trx('ticket_moves').insert(move),
      'set move = last_insert_id()',
      trx('tickets')
        .where({ id: row.id })
        .update({ ...changed, version }),
      auditInsertion(trx, audit, now),
      ...(figured === null ? [] : [figured]),
      trx.raw(EVENTS, { type, isCall: isCall(kind), staff, screens } as Record<string, Knex.RawBinding>),
      noteInsertion(trx, { domain: QUEUE }),
      'set note = last_insert_id()',
      'select move, note',
    ],
  )
  const callId = isCall(kind) ? String(told.move) : ticket.callId
  return { ticket: { ...ticket, callId }, note: String(told.note) }
}
