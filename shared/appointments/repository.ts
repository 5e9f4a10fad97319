import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { toSqlUtc } from '../units/clock.ts'
import { type AppointmentStatus, slotsOf } from './rules.ts'

/** A row of `appointments` with the name of its patient, as the driver gives it. */
export interface AppointmentRow {
  id: string
  doctor_id: string
  patient_id: string
  patient_name: string
  start_at: string
  minutes: number
  reason: string | null
  status: AppointmentStatus
  status_reason: string | null
  status_at: string
  /** The ticket of the arrival. */
  ticket_id: string | null
  version: number
}

const COLUMNS = [
  'id',
  'doctor_id',
  'patient_id',
  'start_at',
  'minutes',
  'reason',
  'status',
  'status_reason',
  'status_at',
  'ticket_id',
  'version',
] as const satisfies readonly (keyof AppointmentRow)[]
const SELECTED = [...COLUMNS.map((column) => `a.${column}`), 'p.name as patient_name']

const appointments = (db: Db, name: string): Knex.QueryBuilder =>
  db('appointments as a').comment(`appointments.${name}`).join('patients as p', 'p.id', 'a.patient_id')

/** One appointment; with `lock` its own row (not the patient's) is kept from others until the transaction ends. */
export async function findAppointment(
  db: Db,
  id: string,
  options: { lock?: boolean } = {},
): Promise<AppointmentRow | undefined> {
  if (options.lock)
    await db('appointments').comment('appointments.lock').where({ id }).forUpdate().first('id')
  const found = appointments(db, 'find').where('a.id', id).first(SELECTED)
  return reading(found as PromiseLike<AppointmentRow | undefined>)
}

export interface AppointmentFilter {
  /** First instant and the one after the last, UTC texts. */
  from: string
  before: string
  doctorId?: string | undefined
  patientId?: string | undefined
  statuses?: readonly AppointmentStatus[] | undefined
}

function narrow(query: Knex.QueryBuilder, filter: AppointmentFilter): Knex.QueryBuilder {
  const { from, before, doctorId, patientId, statuses } = filter
  query.where('a.start_at', '>=', from).where('a.start_at', '<', before)
  if (doctorId !== undefined) query.where('a.doctor_id', doctorId)
  if (patientId !== undefined) query.where('a.patient_id', patientId)
  if (statuses !== undefined) query.whereIn('a.status', [...statuses])
  return query
}

/** Appointments in the order of their times. */
export const listAppointments = (
  db: Db,
  filter: AppointmentFilter,
  limit: number,
): Promise<AppointmentRow[]> =>
  reading(
    narrow(appointments(db, 'list'), filter)
      .orderBy(['a.start_at', 'a.doctor_id', 'a.id'])
      .limit(limit)
      .select(SELECTED) as PromiseLike<AppointmentRow[]>,
  )

export async function countAppointments(db: Db, filter: AppointmentFilter): Promise<number> {
  const counted = narrow(db('appointments as a').comment('appointments.count'), filter).count({ n: '*' })
  const row = await reading(counted.first() as PromiseLike<{ n: number } | undefined>)
  return Number(row?.n ?? 0)
}

/** Adds an appointment without its slots; answers the id. */
export async function insertAppointment(
  trx: Knex.Transaction,
  row: Omit<AppointmentRow, 'id' | 'patient_name' | 'ticket_id'>,
): Promise<string> {
  const [id] = await trx('appointments')
    .comment('appointments.insert')
    .insert({ ...row, created_at: row.status_at, updated_at: row.status_at })
  return String(id)
}

/** Changes a locked appointment and raises its version. */
export async function updateAppointment(
  trx: Knex.Transaction,
  id: string,
  changes: Partial<Omit<AppointmentRow, 'id' | 'patient_name' | 'version'>>,
  now: string,
): Promise<void> {
  await trx('appointments')
    .comment('appointments.update')
    .where({ id })
    .update({ ...changes, updated_at: now, version: trx.raw('version + 1') })
}

/**
 * Takes a doctor's time for an appointment; what is taken already is refused by the key. False when it is seen to be
 * taken before: that spares the others a wait.
 */
export async function takeSlots(
  trx: Knex.Transaction,
  { id, doctorId, start, minutes }: { id: string; doctorId: string; start: Date; minutes: number },
): Promise<boolean> {
  const slots = slotsOf(start, minutes).map(toSqlUtc)
  const seen = await trx('appointment_slots')
    .comment('appointments.look')
    .where({ doctor_id: doctorId })
    .whereIn('slot_at', slots)
    .first('slot_at')
  if (seen !== undefined) return false
  await trx('appointment_slots')
    .comment('appointments.take')
    .insert(slots.map((slot_at) => ({ doctor_id: doctorId, slot_at, appointment_id: id })))
  return true
}

/** Gives the time of an appointment free again. */
export async function freeSlots(trx: Knex.Transaction, id: string): Promise<void> {
  await trx('appointment_slots').comment('appointments.free').where({ appointment_id: id }).delete()
}

/** Slots of a doctor that are taken between two instants, UTC texts. */
export const takenSlots = (db: Db, doctorId: string, from: string, before: string): Promise<string[]> =>
  reading(
    db('appointment_slots')
      .comment('appointments.taken')
      .where({ doctor_id: doctorId })
      .where('slot_at', '>=', from)
      .where('slot_at', '<', before)
      .pluck('slot_at') as PromiseLike<string[]>,
  )
