import type { Knex } from '../db/connect.ts'
import type { Every } from './schema.ts'

/** One row of `schedules`, as the driver gives it. */
export interface ScheduleRow {
  name: string
  every: Every
  at_time: string
  weekday: number | null
  month_day: number | null
  enabled: number | boolean
  slot_at: string
  last_operation: string | null
  version: number
}

const COLUMNS = [
  'name',
  'every',
  'at_time',
  'weekday',
  'month_day',
  'enabled',
  'slot_at',
  'last_operation',
  'version',
] as const

const schedules = (db: Knex) => db<ScheduleRow>('schedules').select(...COLUMNS)

/** All schedules by name. */
export const listSchedules = async (db: Knex): Promise<ScheduleRow[]> => schedules(db).orderBy('name')

/** One schedule, locked when asked within a transaction. */
export async function findSchedule(db: Knex, name: string, lock = false): Promise<ScheduleRow | undefined> {
  const query = schedules(db).where({ name })
  return (lock ? query.forUpdate() : query).first()
}

/** Adds schedules that are not there; those that are stay as people set them. */
export async function addSchedules(
  db: Knex,
  rows: (Omit<ScheduleRow, 'last_operation' | 'version'> & { created_at: string; updated_at: string })[],
): Promise<void> {
  await db('schedules').insert(rows).onConflict('name').ignore()
}

/** Takes a slot: true for exactly one of those who try. */
export async function takeSlot(
  db: Knex,
  name: string,
  from: string,
  slot: string,
  operationId: string,
): Promise<boolean> {
  const taken = await db('schedules')
    .where({ name, slot_at: from, enabled: true })
    .update({ slot_at: slot, last_operation: operationId })
  return taken === 1
}

/** Sets columns of one schedule and raises its version. */
export async function updateSchedule(
  db: Knex,
  name: string,
  fields: Record<string, unknown>,
  at: string,
): Promise<void> {
  await db('schedules')
    .where({ name })
    .update({ ...fields, version: db.raw('version + 1'), updated_at: at })
}
