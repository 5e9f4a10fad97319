/** Days of the week in working hours, Monday first as calendars here have it. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
/** One of {@link WEEKDAYS}. */
export type Weekday = (typeof WEEKDAYS)[number]

/** A stretch of work on one day, clinic time `HH:MM`. */
export interface WorkSpan {
  from: string
  to: string
}

const DIGITS = /[0-9]/g

/**
 * Whether a registration number is only the form's filling: all zeros, all nines or counted up from one. A document
 * with such a number would be worthless, so it is refused where it is typed.
 */
export function isPlaceholder(number: string): boolean {
  const digits = (number.match(DIGITS) ?? []).join('')
  return /^0*$/.test(digits) || /^9+$/.test(digits) || '1234567890'.startsWith(digits)
}

/** Whether the stretches of a day are in order, not empty and do not overlap. */
export function areInOrder(spans: readonly WorkSpan[]): boolean {
  return spans.every(({ from, to }, at) => from < to && (at === 0 || (spans[at - 1]?.to ?? '') <= from))
}
