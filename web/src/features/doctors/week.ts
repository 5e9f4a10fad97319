import type { z } from 'zod'
import { areInOrder, WEEKDAYS, type Weekday } from '../../../../shared/doctors/rules.ts'
import type { doctor } from '../../../../shared/doctors/schema.ts'

export { WEEKDAYS, type Weekday } from '../../../../shared/doctors/rules.ts'
export type WorkingHours = z.infer<typeof doctor>['workingHours']
export type Span = NonNullable<WorkingHours[Weekday]>[number]

const MORNING: Span = { from: '09:00', to: '13:00' }
const AFTERNOON: Span = { from: '14:00', to: '18:00' }
/** What a day begins with when it is opened. */
export const DAY: readonly Span[] = [MORNING, AFTERNOON]

/** A week as many clinics have it, to begin with. */
export const FIRST_WEEK: WorkingHours = {
  mon: [...DAY],
  tue: [...DAY],
  wed: [...DAY],
  thu: [...DAY],
  fri: [...DAY],
  sat: [MORNING],
}

const TIME = /^([01][0-9]|2[0-3]):[0-5][0-9]$/

/** The days whose stretches are no times, out of order or overlapping. */
export const wrongDays = (hours: WorkingHours): Weekday[] =>
  WEEKDAYS.filter((day) => {
    const spans = hours[day] ?? []
    return !areInOrder(spans) || spans.some(({ from, to }) => !TIME.test(from) || !TIME.test(to))
  })

/** Whether there is any work in the week. */
export const hasHours = (hours: WorkingHours): boolean =>
  WEEKDAYS.some((day) => (hours[day] ?? []).length > 0)
