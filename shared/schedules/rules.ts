import { DateTime } from 'luxon'
import { AppError } from '../errors/app-error.ts'
import type { Every } from './schema.ts'

/** When something is due, in the clinic's time. */
export interface Rhythm {
  every: Every
  /** `HH:MM`. */
  at: string
  /** 1 = Monday; for `week`. */
  weekday: number | null
  /** 1 to 28; for `month`. */
  monthDay: number | null
}

const STEP = { hour: { hours: 1 }, day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } } as const

/** The slot of the hour, day, week or month in which `of` lies. */
function slotIn({ every, at, weekday, monthDay }: Rhythm, of: DateTime): DateTime {
  const [hour = 0, minute = 0] = at.split(':').map(Number)
  const start = of.startOf(every)
  if (every === 'hour') return start.set({ minute })
  const days = every === 'week' ? (weekday ?? 1) - 1 : every === 'month' ? (monthDay ?? 1) - 1 : 0
  return start.plus({ days }).set({ hour, minute })
}

/** The last slot at or before a moment: what is to be done now if it was not taken. */
export function lastSlot(rhythm: Rhythm, now: Date, zone: string): Date {
  const at = DateTime.fromJSDate(now, { zone })
  const slot = slotIn(rhythm, at)
  return (slot <= at ? slot : slotIn(rhythm, at.minus(STEP[rhythm.every]))).toJSDate()
}

/** The first slot after a moment. */
export function nextSlot(rhythm: Rhythm, now: Date, zone: string): Date {
  const at = DateTime.fromJSDate(now, { zone })
  const slot = slotIn(rhythm, at)
  return (slot > at ? slot : slotIn(rhythm, at.plus(STEP[rhythm.every]))).toJSDate()
}

/** The rhythm as the pattern of a job scheduler: minute, hour, day of the month, month, day of the week. */
export function cronOf({ every, at, weekday, monthDay }: Rhythm): string {
  const [hour = 0, minute = 0] = at.split(':').map(Number)
  const day = every === 'month' ? String(monthDay ?? 1) : '*'
  const dayOfWeek = every === 'week' ? String((weekday ?? 1) % 7) : '*'
  return `${minute} ${every === 'hour' ? '*' : hour} ${day} * ${dayOfWeek}`
}

/** Throws `rule/broken` for a rhythm that lacks its day. */
export function assertWhole(rhythm: {
  every: string
  weekday: number | null
  month_day: number | null
}): void {
  if (rhythm.every === 'week' && rhythm.weekday === null)
    throw new AppError('rule/broken', { detail: 'What happens every week needs its weekday.' })
  if (rhythm.every === 'month' && rhythm.month_day === null)
    throw new AppError('rule/broken', { detail: 'What happens every month needs its day.' })
}
