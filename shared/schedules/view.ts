import { fromSqlUtc } from '../units/clock.ts'
import { definitionOf } from './definitions.ts'
import type { ScheduleRow } from './repository.ts'
import { nextSlot, type Rhythm } from './rules.ts'
import type { Schedule } from './schema.ts'

/** When a schedule is due, from its row. */
export const rhythmOf = (row: ScheduleRow): Rhythm => ({
  every: row.every,
  at: row.at_time,
  weekday: row.weekday,
  monthDay: row.month_day,
})

/** A schedule as people and programs see it. */
export function viewSchedule(row: ScheduleRow, now: Date, zone: string): Schedule {
  const enabled = Number(row.enabled) === 1
  return {
    name: row.name,
    does: definitionOf(row.name)?.does ?? '',
    ...rhythmOf(row),
    enabled,
    nextAt: enabled ? nextSlot(rhythmOf(row), now, zone).toISOString() : null,
    lastSlotAt: fromSqlUtc(row.slot_at) as string,
    lastOperationId: row.last_operation,
    version: row.version,
  }
}
