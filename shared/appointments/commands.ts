import { writeAudit } from '../audit/write.ts'
import { writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { madeBefore, type Once, onceInsertion, onceOf } from '../db/idempotency.ts'
import { assertSeen, type Seen } from '../db/seen.ts'
import { activeDoctor } from '../doctors/reads.ts'
import { AppError, type FieldFault } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import { holdPatients } from '../patients/commands.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import {
  assertOwn,
  auditOf,
  ENTITY,
  lockOwn,
  startOf,
  tellChanged,
  type WriteDeps,
  type Writer,
} from './guard.ts'
import { APPOINTMENTS, getAppointment } from './reads.ts'
import {
  type AppointmentRow,
  findAppointment,
  freeSlots,
  insertAppointment,
  takeSlots,
  updateAppointment,
} from './repository.ts'
import { isOnSlot, isWithinHours } from './rules.ts'
import type { Appointment, AppointmentChanges, AppointmentInput } from './schema.ts'
import { viewAppointment } from './view.ts'

export type { Writer } from './guard.ts'
export { arriveAppointment, moveAppointment } from './moves.ts'

/** The doctor who is wanted at a time; throws `rule/broken` naming the field where he does not work then. */
async function assertWorks(deps: WriteDeps, doctorId: string, start: Date, minutes: number): Promise<void> {
  const doctor = await activeDoctor(deps, doctorId)
  const settings = await settingsOf(deps)
  const errors: FieldFault[] = []
  const fault = (message: string) => errors.push({ path: 'start', message })
  if (!isOnSlot(start)) fault('Must be on a multiple of five minutes')
  else if (start <= deps.clock.now()) fault('Is over already')
  else if (!isWithinHours(start, minutes, doctor.workingHours, settings['clinic.holidays']))
    fault('Is outside the working hours of this doctor, or on a holiday')
  if (errors.length > 0) throw new AppError('rule/broken', { errors })
}

async function take(
  trx: Knex.Transaction,
  row: Pick<AppointmentRow, 'id' | 'doctor_id' | 'minutes'>,
  start: Date,
): Promise<void> {
  const slot = { id: row.id, doctorId: row.doctor_id, start, minutes: row.minutes }
  if (!(await takeSlots(trx, slot))) throw new AppError('appointment/taken')
}

/** What a key refused: the first answer to the same request, or a time that somebody else was quicker to take. */
async function refused(deps: WriteDeps, once: Once | undefined, error: unknown): Promise<Appointment> {
  const isOurs = error instanceof AppError && error.code === 'appointment/taken'
  if (!isOurs && !isDuplicateKey(error)) throw error
  const first = once === undefined ? undefined : await madeBefore(deps.db, once, ENTITY)
  if (first !== undefined) return getAppointment(deps, first)
  throw new AppError('appointment/taken', { cause: isOurs ? undefined : error })
}

/**
 * Books a doctor's time. A repeat under one `Idempotency-Key` answers the first appointment. Throws
 * `appointment/taken`, `rule/broken` for times outside the doctor's hours and people who are not in the file.
 */
export async function bookAppointment(
  deps: WriteDeps,
  input: AppointmentInput,
  writer: Writer,
  key?: string,
): Promise<Appointment> {
  const once = onceOf(writer.who.userId, key, ['appointments.book', input])
  const before = once === undefined ? undefined : await madeBefore(deps.db, once, ENTITY)
  if (before !== undefined) return getAppointment(deps, before)
  assertOwn(writer, input.doctorId)
  const start = new Date(input.start)
  await assertWorks(deps, input.doctorId, start, input.minutes)
  const now = deps.clock.now()
  try {
    const booked = await writing(deps, APPOINTMENTS, async (trx) => {
      const [patient] = await holdPatients(trx, [input.patientId], () => 'patientId')
      const row = {
        doctor_id: input.doctorId,
        patient_id: input.patientId,
        start_at: toSqlUtc(start),
        minutes: input.minutes,
        reason: input.reason ?? null,
        status: 'booked',
        status_reason: null,
        status_at: toSqlUtc(now),
        version: 1,
      } as const
      const id = await insertAppointment(trx, row)
      const made: AppointmentRow = { ...row, id, ticket_id: null, patient_name: patient?.name ?? '' }
      if (once !== undefined) await onceInsertion(trx, once, ENTITY, id)
      await take(trx, made, start)
      await writeAudit(trx, auditOf(writer, 'book', made), now)
      await tellChanged(trx, made, now)
      return { result: viewAppointment(made) }
    })
    void ring(deps)
    return booked
  } catch (error) {
    return refused(deps, once, error)
  }
}

/** What an appointment is after some changes. */
function changed(row: AppointmentRow, changes: Omit<AppointmentChanges, 'version'>): AppointmentRow {
  return {
    ...row,
    doctor_id: changes.doctorId ?? row.doctor_id,
    start_at: changes.start === undefined ? row.start_at : toSqlUtc(new Date(changes.start)),
    minutes: changes.minutes ?? row.minutes,
    reason: changes.reason === undefined ? row.reason : changes.reason,
    version: row.version + 1,
  }
}

/**
 * Another time, doctor or reason for an appointment that is still booked; its old time is free at the same moment.
 * Throws `state/version` and `state/conflict` with the present appointment, `appointment/taken`, `rule/broken`.
 */
export async function changeAppointment(
  deps: WriteDeps,
  id: string,
  seen: Seen,
  changes: Omit<AppointmentChanges, 'version'>,
  writer: Writer,
): Promise<Appointment> {
  // judged before the transaction; in there it must still have the same version
  const before = await findAppointment(deps.db, id)
  if (before === undefined) throw new AppError('not-found')
  for (const doctorId of [before.doctor_id, changes.doctorId ?? before.doctor_id]) assertOwn(writer, doctorId)
  assertSeen(seen, before.version, viewAppointment(before))
  if (before.status !== 'booked')
    throw new AppError('state/conflict', { extra: { current: viewAppointment(before) } })
  const next = changed(before, changes)
  const isMoved = (['doctor_id', 'start_at', 'minutes'] as const).some((each) => next[each] !== before[each])
  // a ticket that was cancelled has nothing to do with another time
  if (isMoved) next.ticket_id = null
  if (isMoved) await assertWorks(deps, next.doctor_id, startOf(next), next.minutes)
  const now = deps.clock.now()
  try {
    const written = await writing(deps, APPOINTMENTS, async (trx) => {
      const row = await lockOwn(trx, id, writer)
      assertSeen({ version: before.version }, row.version, viewAppointment(row))
      if (isMoved) {
        await freeSlots(trx, id)
        await take(trx, next, startOf(next))
      }
      const { doctor_id, start_at, minutes, reason, ticket_id } = next
      await updateAppointment(trx, id, { doctor_id, start_at, minutes, reason, ticket_id }, toSqlUtc(now))
      await writeAudit(trx, auditOf(writer, 'change', next), now)
      await tellChanged(trx, next, now)
      return { result: viewAppointment(next) }
    })
    void ring(deps)
    return written
  } catch (error) {
    return refused(deps, undefined, error)
  }
}
