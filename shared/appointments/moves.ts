import { writeAudit } from '../audit/write.ts'
import { invalidate } from '../cache/invalidate.ts'
import { noteInvalidation } from '../cache/notes.ts'
import { writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { assertSeen } from '../db/seen.ts'
import { AppError } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import { queuePatient } from '../queue/commands.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { assertOwn, auditOf, lockOwn, startOf, tellChanged, type WriteDeps, type Writer } from './guard.ts'
import { APPOINTMENTS, getAppointment } from './reads.ts'
import { type AppointmentRow, freeSlots, updateAppointment } from './repository.ts'
import { type AppointmentStatus, FREEING, mayMove } from './rules.ts'
import type { Appointment, AppointmentMove, Arrival, ArrivalInput } from './schema.ts'
import { viewAppointment } from './view.ts'

function assertMoves(row: AppointmentRow, to: AppointmentStatus, version: number): void {
  assertSeen({ version }, row.version, viewAppointment(row))
  if (!mayMove(row.status, to))
    throw new AppError('state/conflict', { extra: { current: viewAppointment(row) } })
}

/** Puts an appointment into another state and writes what that brings; the row is locked. */
async function put(
  trx: Knex.Transaction,
  row: AppointmentRow,
  to: AppointmentStatus,
  writer: Writer,
  now: Date,
  reason: string | null = null,
): Promise<AppointmentRow> {
  const state = { status: to, status_reason: reason, status_at: toSqlUtc(now) }
  await updateAppointment(trx, row.id, state, toSqlUtc(now))
  if (FREEING.includes(to)) await freeSlots(trx, row.id)
  const next = { ...row, ...state, version: row.version + 1 }
  await writeAudit(trx, auditOf(writer, to.replace('_', '-'), next), now)
  await tellChanged(trx, next, now)
  return next
}

/** Done, not come, or cancelled. Throws `state/version` and `state/conflict` with the present appointment. */
export async function moveAppointment(
  deps: WriteDeps,
  id: string,
  { to, version, reason }: AppointmentMove,
  writer: Writer,
): Promise<Appointment> {
  const now = deps.clock.now()
  const moved = await writing(deps, APPOINTMENTS, async (trx) => {
    const row = await lockOwn(trx, id, writer)
    assertMoves(row, to, version)
    if (to === 'no_show' && startOf(row) > now)
      throw new AppError('rule/broken', { errors: [{ path: 'to', message: 'The time has not come yet' }] })
    return { result: viewAppointment(await put(trx, row, to, writer, now, reason ?? null)) }
  })
  void ring(deps)
  return moved
}

/**
 * The patient is here: a ticket for the doctor and the appointment's arrival, both or neither. A repeat under one
 * `Idempotency-Key` answers the first ticket, with a new slip. Throws `rule/broken` on any other day than its own.
 */
export async function arriveAppointment(
  deps: WriteDeps,
  id: string,
  { version, priority }: ArrivalInput,
  writer: Writer,
  key?: string,
): Promise<Arrival> {
  const seen = await getAppointment(deps, id)
  assertOwn(writer, seen.doctorId)
  const now = deps.clock.now()
  let note: string | undefined
  const arrive = async (trx: Knex.Transaction) => {
    const row = await lockOwn(trx, id, writer)
    assertMoves(row, 'arrived', version)
    // two records that were made one since this was read: the ticket would be for the one that is gone
    if (row.patient_id !== seen.patient.id)
      throw new AppError('state/version', { extra: { current: viewAppointment(row) } })
    if (clinicDay(startOf(row)) !== clinicDay(now))
      throw new AppError('rule/broken', { errors: [{ path: 'id', message: 'Is not on this day' }] })
    await put(trx, row, 'arrived', writer, now)
    note = await noteInvalidation(trx, { domain: APPOINTMENTS })
  }
  const input = {
    patientId: seen.patient.id,
    doctorId: seen.doctorId,
    reason: seen.reason,
    ...(priority === undefined ? {} : { priority }),
  }
  const ticket = await queuePatient(deps, input, writer.who, key, { also: arrive, appointmentId: id })
  await invalidate(deps, { domain: APPOINTMENTS, ...(note === undefined ? {} : { note }) })
  return { appointment: await getAppointment(deps, id), ticket }
}
