import { DateTime } from 'luxon'
import type { ReportName } from '../../rights/results.ts'

/** Which days a report that is made by itself is about, seen from the day it is made on. */
export const PERIODS = ['today', 'yesterday', 'this-week', 'last-week', 'this-month', 'last-month'] as const
export type Period = (typeof PERIODS)[number]

/**
 * Reports that can be made by themselves. Whom a patient was seen by is asked for a reason of the moment, never by rote.
 */
export const SCHEDULABLE = [
  'daily-collection',
  'revenue',
  'visits',
  'waiting',
  'medication-use',
  'stock',
  'diagnoses',
  'certificates',
  'appointments',
  'panel-statement',
  'imports',
] as const satisfies readonly ReportName[]
export type SchedulableReport = (typeof SCHEDULABLE)[number]

/** Reports that are figures alone. The others name patients or files, and never leave the house as an attachment. */
const FIGURES: ReadonlySet<string> = new Set([
  'daily-collection',
  'revenue',
  'visits',
  'waiting',
  'medication-use',
  'stock',
  'diagnoses',
  'appointments',
])

/** Whether the file of a report may be sent by mail; of the others a mail only says where they lie. */
export const mayBeAttached = (report: string): boolean => FIGURES.has(report)

/** First and last day of a period, both included; `day` is the clinic day on which it is asked for. */
export function daysOf(period: Period, day: string): { from: string; to: string } {
  const on = DateTime.fromISO(day, { zone: 'utc' })
  const iso = (at: DateTime) => at.toISODate() as string
  const whole = (unit: 'week' | 'month', at: DateTime) => ({
    from: iso(at.startOf(unit)),
    to: iso(at.endOf(unit)),
  })
  switch (period) {
    case 'today':
      return { from: day, to: day }
    case 'yesterday':
      return { from: iso(on.minus({ days: 1 })), to: iso(on.minus({ days: 1 })) }
    case 'this-week':
      return { from: iso(on.startOf('week')), to: day }
    case 'last-week':
      return whole('week', on.minus({ weeks: 1 }))
    case 'this-month':
      return { from: iso(on.startOf('month')), to: day }
    case 'last-month':
      return whole('month', on.minus({ months: 1 }))
  }
}

const MONTH_CHARS = 7

/** The parameters of a report for a period: first and last day, the month, or nothing where it is about now. */
export function periodParams(report: string, period: Period, day: string): Record<string, string> {
  if (report === 'stock') return {}
  const days = daysOf(period, day)
  return report === 'panel-statement' ? { month: days.from.slice(0, MONTH_CHARS) } : days
}
