import { addDays } from '../../../../shared/units/dates.ts'

const DAYS_A_WEEK = 7
const MINUTE_MS = 60_000

/** Monday of the week that a clinic day is in, and the six days after it. */
export function weekOf(day: string): string[] {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % DAYS_A_WEEK
  return Array.from({ length: DAYS_A_WEEK }, (_, n) => addDays(day, n - weekday))
}

/** When an appointment is over, ms. */
export const endMs = ({ start, minutes }: { start: string; minutes: number }): number =>
  Date.parse(start) + minutes * MINUTE_MS
