import { WEEKDAYS, type WorkSpan } from '../doctors/rules.ts'
import type { WorkingHours } from '../doctors/schema.ts'
import type { Status } from '../queue/rules.ts'
import { clinicDay, clinicDayStart } from '../units/dates.ts'

/** Where an appointment can stand. */
export const APPOINTMENT_STATUSES = ['booked', 'arrived', 'done', 'no_show', 'cancelled'] as const
/** One of {@link APPOINTMENT_STATUSES}. */
export type AppointmentStatus = (typeof APPOINTMENT_STATUSES)[number]

/** From where to where an appointment may go; whatever is not here is refused. */
const TRANSITIONS: Readonly<Record<AppointmentStatus, readonly AppointmentStatus[]>> = {
  booked: ['arrived', 'no_show', 'cancelled'],
  arrived: ['done'],
  done: [],
  no_show: [],
  cancelled: [],
}

/** Whether the table of transitions has this one. */
export const mayMove = (from: AppointmentStatus, to: AppointmentStatus): boolean =>
  TRANSITIONS[from].includes(to)

/** Where a ticket's end, or its patient's absence, puts the appointment that it came from, and from where. */
const FOLLOWED: Readonly<Partial<Record<Status, { from: AppointmentStatus; to: AppointmentStatus }>>> = {
  completed: { from: 'arrived', to: 'done' },
  no_show: { from: 'arrived', to: 'no_show' },
  // whoever was let in by mistake, or went again, may still come: staff say what became of the appointment
  cancelled: { from: 'arrived', to: 'booked' },
}

/**
 * What a change of its ticket makes of an appointment, or null for nothing: it goes along when the ticket ends, and
 * back when the ticket is in the queue again. What staff made of the appointment by hand meanwhile stays.
 */
export function followed(status: AppointmentStatus, before: Status, after: Status): AppointmentStatus | null {
  const [back, forth] = [FOLLOWED[before], FOLLOWED[after]]
  if (forth !== undefined) return back === undefined && status === forth.from ? forth.to : null
  return back !== undefined && status === back.to ? back.from : null
}

/** Whether a change of a ticket can mean something to its appointment. */
export const mayFollow = (before: Status, after: Status): boolean => FOLLOWED[before] !== FOLLOWED[after]

/** States that give the doctor's time free again. */
export const FREEING: readonly AppointmentStatus[] = ['no_show', 'cancelled']

/** Appointments begin and end on these, minutes. */
export const SLOT_MIN = 5
const MINUTE_MS = 60_000
const SLOT_MS = SLOT_MIN * MINUTE_MS

/** Whether an instant is one that slots begin at. */
export const isOnSlot = (at: Date): boolean => at.getTime() % SLOT_MS === 0

/** The beginnings of the slots that so many minutes take, in order. */
export const slotsOf = (start: Date, minutes: number): Date[] =>
  Array.from({ length: minutes / SLOT_MIN }, (_, n) => new Date(start.getTime() + n * SLOT_MS))

/** An instant of a clinic day by its clinic time `HH:MM`; the zone's clocks do not change within a day of work. */
function at(day: string, time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return clinicDayStart(day).getTime() + (hours * 60 + minutes) * MINUTE_MS
}

/** The doctor's stretches of work on a clinic day, Monday first; none on a holiday of the clinic. */
export function spansOn(hours: WorkingHours, day: string, holidays: readonly string[]): readonly WorkSpan[] {
  if (holidays.includes(day)) return []
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return hours[WEEKDAYS[weekday] ?? 'mon'] ?? []
}

/** Whether a time lies within one stretch of the doctor's work. */
export function isWithinHours(
  start: Date,
  minutes: number,
  hours: WorkingHours,
  holidays: readonly string[],
): boolean {
  const day = clinicDay(start)
  const end = start.getTime() + minutes * MINUTE_MS
  return spansOn(hours, day, holidays).some(
    ({ from, to }) => at(day, from) <= start.getTime() && end <= at(day, to),
  )
}

/** What free times are wanted: of so many minutes, one every so many. */
export interface Wanted {
  day: string
  minutes: number
  stepMin: number
}

/** When an appointment could begin that takes none of the `taken` slots (ms) and is not over already. */
export function freeStarts(
  { day, minutes, stepMin }: Wanted,
  hours: WorkingHours,
  holidays: readonly string[],
  taken: ReadonlySet<number>,
  now: Date,
): Date[] {
  const free: Date[] = []
  for (const { from, to } of spansOn(hours, day, holidays)) {
    const first = Math.ceil(at(day, from) / SLOT_MS) * SLOT_MS
    for (let ms = first; ms + minutes * MINUTE_MS <= at(day, to); ms += stepMin * MINUTE_MS) {
      const start = new Date(ms)
      if (start < now) continue
      if (slotsOf(start, minutes).every((slot) => !taken.has(slot.getTime()))) free.push(start)
    }
  }
  return free
}
