import { followed, mayFollow } from '../appointments/rules.ts'
import { auditInsertion } from '../audit/write.ts'
import type { Knex } from '../db/connect.ts'
import { addEvent } from '../events/outbox.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import type { ChangeContext } from './change.ts'
import type { TicketRow } from './model.ts'
import type { Status } from './rules.ts'

/**
 * Takes along the appointment that a ticket came from: done with the ticket's end, arrived again when that is taken
 * back. The ticket is locked; the appointment is, too, before it is judged. Answers the appointment's id while it still
 * is this ticket's. Writes the appointments' table itself, because the appointments are built on the queue.
 */
export async function takeAppointmentAlong(
  trx: Knex.Transaction,
  { id: ticketId, appointment_id: id, status: before }: TicketRow,
  after: Status,
  { who, now }: Pick<ChangeContext, 'who' | 'now'>,
): Promise<string | null> {
  if (id === null || !mayFollow(before, after)) return id
  const row = await trx('appointments')
    .comment('queue.appointment')
    .where({ id, ticket_id: ticketId })
    .forUpdate()
    .first('status', 'version', 'patient_id', 'doctor_id', 'start_at')
  if (row === undefined) return null
  const status = followed(row.status, before, after)
  if (status === null) return id
  const at = toSqlUtc(now)
  const version = row.version + 1
  await trx('appointments')
    .comment('queue.appointment-follows')
    .where({ id })
    .update({ status, status_reason: null, status_at: at, updated_at: at, version })
  const about = { entity: 'appointment', entityId: id, patientId: row.patient_id, outcome: 'ok' } as const
  const detail = { version, from: row.status, to: status, ticket: ticketId }
  await auditInsertion(trx, [{ ...who, action: 'appointments.follow', ...about, detail }], now)
  const day = clinicDay(new Date(fromSqlUtc(row.start_at) ?? 0))
  const entity = { id, version, status, doctorId: row.doctor_id, day }
  await addEvent(trx, {
    topic: 'appointments',
    body: { type: 'appointment.changed', at: now.toISOString(), entity },
  })
  return id
}
