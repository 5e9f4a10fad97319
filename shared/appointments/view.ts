import { clinicNumber } from '../patients/reads.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { AppointmentRow } from './repository.ts'
import type { Appointment } from './schema.ts'

/** A row as staff see it. */
export const viewAppointment = (row: AppointmentRow): Appointment => ({
  id: row.id,
  doctorId: row.doctor_id,
  patient: { id: row.patient_id, name: row.patient_name, clinicNumber: clinicNumber(row.patient_id) },
  start: fromSqlUtc(row.start_at) ?? '',
  minutes: row.minutes,
  reason: row.reason,
  status: row.status,
  statusReason: row.status_reason,
  statusAt: fromSqlUtc(row.status_at) ?? '',
  ticketId: row.ticket_id,
  version: row.version,
})
