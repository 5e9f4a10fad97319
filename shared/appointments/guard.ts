import type { AuditEntry } from '../audit/entry.ts'
import type { Knex } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { addEvent } from '../events/outbox.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { type AppointmentRow, findAppointment } from './repository.ts'

export type WriteDeps = Pick<Deps, 'db' | 'cacheRedis' | 'redis' | 'prefix' | 'log' | 'clock'>

/** Who writes: for the audit, and the only doctor whose appointments this person may touch (null: everybody's). */
export interface Writer {
  who: Omit<AuditEntry, 'action' | 'outcome'>
  own: string | null
}

/** What an appointment is called in audit and under an `Idempotency-Key`. */
export const ENTITY = 'appointment'

export const startOf = (row: AppointmentRow): Date => new Date(fromSqlUtc(row.start_at) ?? 0)

/** Throws `auth/forbidden` where a doctor would touch another one's appointments. */
export const assertOwn = ({ own }: Writer, doctorId: string): void => {
  if (own !== null && own !== doctorId) throw new AppError('auth/forbidden')
}

export const auditOf = ({ who }: Writer, action: string, row: AppointmentRow): AuditEntry => ({
  ...who,
  action: `appointments.${action}`,
  entity: ENTITY,
  entityId: row.id,
  patientId: row.patient_id,
  outcome: 'ok',
  detail: { version: row.version },
})

/** Tells the calendars that an appointment is another one now; says nothing of the patient. Ring after the commit. */
export const tellChanged = (trx: Knex.Transaction, row: AppointmentRow, now: Date): Promise<void> =>
  addEvent(trx, {
    topic: 'appointments',
    body: {
      type: 'appointment.changed',
      at: now.toISOString(),
      entity: {
        id: row.id,
        version: row.version,
        status: row.status,
        doctorId: row.doctor_id,
        day: clinicDay(startOf(row)),
      },
    },
  })

/** An appointment under a lock, that this person may touch. */
export async function lockOwn(trx: Knex.Transaction, id: string, writer: Writer): Promise<AppointmentRow> {
  const row = await findAppointment(trx, id, { lock: true })
  if (row === undefined) throw new AppError('not-found')
  assertOwn(writer, row.doctor_id)
  return row
}
