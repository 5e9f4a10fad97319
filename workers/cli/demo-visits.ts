import type { Priority } from '../../shared/queue/schema.ts'
import type { DemoCaseName } from './demo-cases.ts'

/** Who fits a visit. */
export type DemoWho = 'adult' | 'elder' | 'child' | 'woman'

/** How a visit is paid; `panel`: the panel pays, the patient his copay in cash. */
export type DemoPay = 'cash' | 'card' | 'duitnow' | 'panel'

/** Where a visit has got to by now. */
export type DemoUpTo =
  | 'waiting'
  | 'called'
  | 'in_consultation'
  | 'dispensing'
  | 'payment'
  | 'completed'
  | 'on_hold'
  | 'no_show'

/** One visit of the day; times are minutes before now. */
export interface DemoVisit {
  came: number
  /** When the doctor calls, or the desk puts the ticket aside. */
  called?: number
  upTo: DemoUpTo
  /** Whose patient, by place in the list of the demo's doctors; without it whoever is free. */
  doctor?: 0 | 1
  who: DemoWho
  priority?: Priority
  reason: string
  of?: DemoCaseName
  pays?: DemoPay
  /** Sick leave from today on, days. */
  leaveDays?: number
  /** Came at an appointment that was made yesterday. */
  booked?: boolean
}

type Row = [came: number, called: number, doctor: 0 | 1, who: DemoWho, of: DemoCaseName, reason: string]

const done = (pays: DemoPay, [came, called, doctor, who, of, reason]: Row, more: Partial<DemoVisit> = {}) =>
  ({ came, called, doctor, who, of, reason, pays, upTo: 'completed', ...more }) satisfies DemoVisit
const upTo = (state: DemoUpTo, [came, called, doctor, who, of, reason]: Row, more: Partial<DemoVisit> = {}) =>
  ({ came, called, doctor, who, of, reason, upTo: state, ...more }) satisfies DemoVisit
const waits = (came: number, who: DemoWho, reason: string, more: Partial<DemoVisit> = {}) =>
  ({ came, who, reason, upTo: 'waiting', ...more }) satisfies DemoVisit

const OLD = { priority: 'elderly' } as const
const YOUNG = { priority: 'child' } as const

/** A morning of two doctors that began five hours ago, as it stands now. */
export const DEMO_VISITS: readonly DemoVisit[] = [
  done('cash', [298, 290, 0, 'adult', 'cold', 'Cough and fever'], { leaveDays: 1 }),
  done('card', [296, 287, 1, 'elder', 'pressure', 'Blood pressure follow-up'], OLD),
  done('duitnow', [290, 272, 0, 'adult', 'gastritis', 'Stomach pain']),
  done('cash', [284, 268, 1, 'child', 'childFever', 'Fever'], YOUNG),
  done('panel', [276, 252, 0, 'adult', 'back', 'Back pain'], { leaveDays: 2 }),
  done('duitnow', [268, 249, 1, 'adult', 'tonsillitis', 'Sore throat'], { leaveDays: 2 }),
  done('card', [255, 232, 0, 'elder', 'sugar', 'Diabetes follow-up'], { ...OLD, booked: true }),
  done('cash', [247, 228, 1, 'adult', 'gastroenteritis', 'Vomiting, loose stools']),
  done('cash', [238, 211, 0, 'adult', 'cold', 'Flu symptoms']),
  done('duitnow', [225, 206, 1, 'woman', 'antenatal', 'Antenatal check'], {
    priority: 'pregnant',
    booked: true,
  }),
  done('card', [214, 190, 0, 'adult', 'tonsillitis', 'Sore throat, fever']),
  done('cash', [205, 184, 1, 'child', 'childFever', 'Fever since last night'], YOUNG),
  done('duitnow', [190, 167, 0, 'adult', 'asthma', 'Wheezing'], { priority: 'emergency' }),
  done('cash', [176, 160, 1, 'adult', 'back', 'Back pain after a fall']),
  done('duitnow', [161, 138, 0, 'elder', 'pressure', 'Medicines for blood pressure'], OLD),
  done('card', [150, 132, 1, 'adult', 'cold', 'Cough']),
  upTo('no_show', [146, 120, 0, 'adult', 'cold', 'Medical report']),
  upTo('payment', [118, 58, 1, 'adult', 'gastritis', 'Stomach pain']),
  upTo('payment', [110, 49, 0, 'elder', 'sugar', 'Diabetes follow-up'], OLD),
  upTo('on_hold', [104, 80, 0, 'adult', 'cold', 'Blood test, fasting']),
  upTo('dispensing', [96, 40, 1, 'adult', 'cold', 'Flu symptoms']),
  upTo('dispensing', [88, 33, 0, 'child', 'childFever', 'Fever, not eating'], YOUNG),
  upTo('dispensing', [80, 26, 1, 'adult', 'gastroenteritis', 'Loose stools']),
  upTo('in_consultation', [75, 14, 0, 'adult', 'tonsillitis', 'Sore throat']),
  waits(72, 'adult', 'Skin rash'),
  upTo('in_consultation', [66, 9, 1, 'elder', 'pressure', 'Dizziness'], OLD),
  waits(58, 'adult', 'Health screening', { doctor: 1 }),
  waits(49, 'woman', 'Headache'),
  waits(41, 'adult', 'Sprained ankle'),
  upTo('called', [34, 8, 0, 'child', 'childFever', 'Ear pain'], YOUNG),
  waits(27, 'elder', 'Medicine refill', { ...OLD, doctor: 0 }),
  waits(18, 'child', 'Vaccination', YOUNG),
  waits(11, 'adult', 'Cough for a week'),
  waits(4, 'adult', 'Fever'),
]

/** Appointments that are still to come, on times that are free: day from today, doctor, why. */
export const DEMO_APPOINTMENTS: readonly { inDays: number; doctor: 0 | 1; reason: string }[] = [
  { inDays: 0, doctor: 0, reason: 'Review of blood results' },
  { inDays: 0, doctor: 1, reason: 'Antenatal check' },
  { inDays: 0, doctor: 0, reason: 'Wound dressing' },
  { inDays: 1, doctor: 0, reason: 'Diabetes follow-up' },
  { inDays: 1, doctor: 0, reason: 'Vaccination' },
  { inDays: 1, doctor: 1, reason: 'Blood pressure follow-up' },
  { inDays: 1, doctor: 1, reason: 'Medical check-up' },
]
