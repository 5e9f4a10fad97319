import type { EventEnvelope, EventType } from '../events/registry.ts'
import { clinicNumber } from '../patients/reads.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { TicketRow } from './model.ts'
import { maskName, type Status } from './rules.ts'
import type { Person, Ticket } from './schema.ts'

/** A row as staff see it; `members` are those of a group, the patient first. */
export function viewTicket(row: TicketRow, members: readonly Person[] = []): Ticket {
  return {
    id: row.id,
    day: row.day,
    number: row.number,
    status: row.status,
    patient: { id: row.patient_id, name: row.patient_name, clinicNumber: clinicNumber(row.patient_id) },
    members: [...members],
    visitId: row.visit_id,
    appointmentId: row.appointment_id,
    doctorId: row.doctor_id,
    room: row.room,
    priority: row.priority,
    reason: row.reason,
    order: [row.line_rank, row.place],
    callId: row.call_id,
    times: {
      createdAt: fromSqlUtc(row.created_at) ?? '',
      statusAt: fromSqlUtc(row.status_at) ?? '',
      calledAt: fromSqlUtc(row.called_at),
      consultationAt: fromSqlUtc(row.consultation_at),
      dispensingAt: fromSqlUtc(row.dispensing_at),
      paymentAt: fromSqlUtc(row.payment_at),
      endedAt: fromSqlUtc(row.ended_at),
    },
    version: row.version,
  }
}

/** What a public screen knows of a state: the rest is nobody's business. */
export type ScreenState = 'waiting' | 'called' | 'inside' | 'gone'

const SCREEN_STATE: Partial<Record<Status, ScreenState>> = {
  waiting: 'waiting',
  called: 'called',
  in_consultation: 'inside',
}

/** A ticket on a public screen: number, room, masked name. No id leads back to the patient. */
export interface ScreenTicket {
  number: string
  state: ScreenState
  room: string | null
  name: string | null
  callId: string | null
}

export type NamesShown = 'masked' | 'none'

export const viewOnScreen = (
  ticket: Pick<Ticket, 'number' | 'status' | 'room' | 'patient' | 'callId'>,
  names: NamesShown,
): ScreenTicket => ({
  number: ticket.number,
  state: SCREEN_STATE[ticket.status] ?? 'gone',
  room: ticket.room,
  name: names === 'masked' ? maskName(ticket.patient.name) : null,
  callId: ticket.callId,
})

/** The events of a change, once for staff and once for screens. */
export function ticketEvents(type: EventType, ticket: Ticket, names: NamesShown, at: Date): EventEnvelope[] {
  const { version } = ticket
  const screen = { id: ticket.number, version, ...viewOnScreen(ticket, names) }
  return [
    { topic: 'queue', body: { type, at: at.toISOString(), entity: ticket } },
    { topic: 'display', body: { type, at: at.toISOString(), entity: screen } },
  ]
}
