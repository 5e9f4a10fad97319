import {
  mayBeAttached,
  PERIODS,
  type Period,
  SCHEDULABLE,
} from '../../../../shared/schedules/reports/rules.ts'

/** What stands in the form of a report that is to be made by itself. */
export interface StandingForm {
  title: string
  period: Period
  every: 'day' | 'week' | 'month'
  at: string
  weekday: string
  monthDay: number | string
  recipients: string
  attach: boolean
}

export type Scheduled = (typeof SCHEDULABLE)[number]
const MONTHS_ONLY = 'panel-statement'
const NOT_DATED = 'stock'
const LAST_SURE_DAY = 28

/** Whether a report can be made by itself. */
export const canRepeat = (report: string): report is Scheduled =>
  (SCHEDULABLE as readonly string[]).includes(report)

/** Periods that make sense for a report; none where it is about the moment. */
export const periodsOf = (report: string): Period[] =>
  report === NOT_DATED ? [] : PERIODS.filter((each) => report !== MONTHS_ONLY || each.endsWith('-month'))

/** The parameters but for those that follow from the period. */
export const undated = ({ from: _, to: __, month: ___, ...others }: Record<string, unknown>) => others

/** What stands in the form at first: the month before, on the first of each month. */
export const firstForm = (title: string): StandingForm => ({
  title,
  period: 'last-month',
  every: 'month',
  at: '06:00',
  weekday: '1',
  monthDay: 1,
  recipients: '',
  attach: false,
})

/** Addresses as they were typed, apart. */
export const addressesOf = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter(Boolean)

/** The form as the API takes it. */
export function bodyOf(report: Scheduled, form: StandingForm) {
  const recipients = addressesOf(form.recipients)
  return {
    title: form.title.trim(),
    report,
    period: form.period,
    every: form.every,
    at: form.at,
    weekday: form.every === 'week' ? Number(form.weekday) : null,
    monthDay: form.every === 'month' ? Number(form.monthDay) : null,
    recipients,
    attach: form.attach && recipients.length > 0 && mayBeAttached(report),
  }
}

/** Whether everything that is needed is there. */
export const isWhole = ({ title, at, every, monthDay }: StandingForm): boolean =>
  title.trim() !== '' &&
  /^([01]\d|2[0-3]):[0-5]\d$/.test(at) &&
  (every !== 'month' || (Number(monthDay) >= 1 && Number(monthDay) <= LAST_SURE_DAY))
