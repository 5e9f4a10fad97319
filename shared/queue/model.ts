import type { Status } from './rules.ts'
import type { Priority } from './schema.ts'

/** What of a ticket a move may change, in the names of the columns. */
export interface TicketState {
  status: Status
  doctor_id: string | null
  room: string | null
  line_rank: number
  place: number
  call_id: string | null
  waited_s: number | null
  consulted_s: number | null
  status_at: string
  called_at: string | null
  consultation_at: string | null
  dispensing_at: string | null
  payment_at: string | null
  ended_at: string | null
}

/** A ticket with the name of its patient, as the driver gives it. */
export interface TicketRow extends TicketState {
  id: string
  day: string
  number: string
  visit_id: string
  patient_id: string
  patient_name: string
  /** The appointment it came from, from its own table. */
  appointment_id: string | null
  group_uid: string | null
  priority: Priority
  reason: string | null
  version: number
  created_at: string
}

/** Columns of {@link TicketState}: what undo puts back. */
export const STATE_COLUMNS = [
  'status',
  'doctor_id',
  'room',
  'line_rank',
  'place',
  'call_id',
  'waited_s',
  'consulted_s',
  'status_at',
  'called_at',
  'consultation_at',
  'dispensing_at',
  'payment_at',
  'ended_at',
] as const satisfies readonly (keyof TicketState)[]

/** Columns of `tickets` in {@link TicketRow}. */
export const TICKET_COLUMNS = [
  'id',
  'day',
  'number',
  'visit_id',
  'patient_id',
  'group_uid',
  'priority',
  'reason',
  'version',
  'created_at',
  ...STATE_COLUMNS,
] as const satisfies readonly (keyof TicketRow)[]
