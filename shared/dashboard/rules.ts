import { clinicDay } from '../units/dates.ts'

/** What is counted: people by state of their ticket, people by hour, minutes, money by method, and so on. */
export const MEASURES = [
  'visits',
  'arrivals',
  'waiting',
  'consulting',
  'takings',
  'new-patients',
  'medicines',
  'diagnoses',
] as const
/** One of {@link MEASURES}. */
export type Measure = (typeof MEASURES)[number]

/** One figure of a day, or a change of one. */
export interface Figure {
  measure: Measure
  /** Clinic day. */
  day: string
  /** null: nobody in particular. */
  doctorId: string | null
  /** State, hour (`09`), bucket, method, medication's id or ICD-10 code; empty where there are no parts. */
  part: string
  /** People, sen, units handed over. */
  value: number
}

const S_PER_MIN = 60
/** Widths of the buckets in minutes, each up to a number of minutes: exact where it matters, few rows where not. */
const WIDTHS = [
  { upToMin: 60, widthMin: 1 },
  { upToMin: 240, widthMin: 5 },
  { upToMin: 720, widthMin: 15 },
] as const
const LAST_MIN = 720

/** The bucket of a duration, by the minute at which it begins; the last one has no end. */
export function bucketOf(seconds: number): number {
  const minutes = seconds / S_PER_MIN
  const range = WIDTHS.find(({ upToMin }) => minutes < upToMin)
  return range === undefined ? LAST_MIN : Math.floor(minutes / range.widthMin) * range.widthMin
}

const widthOf = (bucketMin: number): number =>
  WIDTHS.find(({ upToMin }) => bucketMin < upToMin)?.widthMin ?? 0

/**
 * The minutes that a share of the counted durations does not exceed, one decimal, as exact as the bucket is wide;
 * null of none. Within a bucket they are taken to lie evenly.
 */
export function quantileOf(buckets: ReadonlyMap<number, number>, share: number): number | null {
  const filled = [...buckets].filter(([, count]) => count > 0).sort(([a], [b]) => a - b)
  const total = filled.reduce((sum, [, count]) => sum + count, 0)
  const rank = Math.max(1, Math.ceil(total * share))
  let before = 0
  for (const [from, count] of filled) {
    if (before + count >= rank)
      return Math.round((from + (widthOf(from) * (rank - before - 0.5)) / count) * 10) / 10
    before += count
  }
  return null
}

/** What of a ticket is counted. */
export interface CountedTicket {
  day: string
  doctor_id: string | null
  status: string
  waited_s: number | null
  consulted_s: number | null
  created_at: string
}

const CLINIC_OFFSET_H = 8
const HOURS = 24
const hourOf = (sqlUtc: string): string =>
  String((Number(sqlUtc.slice(11, 13)) + CLINIC_OFFSET_H) % HOURS).padStart(2, '0')

/** States in which a consultation is not over: who was sent back to the line has not ended it for good. */
export const CONSULTATION_OPEN: readonly string[] = ['in_consultation', 'waiting']

/** What a ticket in its present state adds to the figures of its day; `people` came on it. */
export function ticketFigures(ticket: CountedTicket, people: number): Figure[] {
  const { day, doctor_id: doctorId, status, waited_s: waitedS, consulted_s: consultedS } = ticket
  const about = { day, doctorId }
  const figures: Figure[] = [
    { ...about, measure: 'visits', part: status, value: people },
    { ...about, measure: 'arrivals', part: hourOf(ticket.created_at), value: people },
  ]
  if (waitedS !== null)
    figures.push({ ...about, measure: 'waiting', part: String(bucketOf(waitedS)), value: 1 })
  if (consultedS !== null && !CONSULTATION_OPEN.includes(status))
    figures.push({ ...about, measure: 'consulting', part: String(bucketOf(consultedS)), value: 1 })
  return figures
}

/** Money of one payment by its methods; a refund or void has negative amounts on its own day. */
export const takingFigures = (
  day: string,
  doctorId: string | null,
  tenders: readonly { method: string; amount_sen: number }[],
): Figure[] =>
  tenders.map(({ method, amount_sen }) => ({
    measure: 'takings',
    day,
    doctorId,
    part: method,
    value: amount_sen,
  }))

/** Somebody registered by hand at that instant; nobody for rows that an import made. */
export const newPatientFigures = (
  patients: readonly { importNo: number | null; createdAt: string }[],
): Figure[] =>
  patients
    .filter(({ importNo }) => importNo === null)
    .map(({ createdAt }) => ({
      measure: 'new-patients',
      day: clinicDay(Date.parse(`${createdAt.replace(' ', 'T')}Z`)),
      doctorId: null,
      part: '',
      value: 1,
    }))

const keyOf = ({ measure, day, doctorId, part }: Figure): string =>
  [measure, day, doctorId ?? '', part].join(' ')

/** Figures with those of the same thing added up, and nothing that is zero. */
export function addUp(figures: readonly Figure[]): Figure[] {
  const sums = new Map<string, Figure>()
  for (const figure of figures) {
    const key = keyOf(figure)
    sums.set(key, { ...figure, value: (sums.get(key)?.value ?? 0) + figure.value })
  }
  return [...sums.values()].filter(({ value }) => value !== 0)
}

/** The figures with the other sign. */
export const negated = (figures: readonly Figure[]): Figure[] =>
  figures.map((figure) => ({ ...figure, value: -figure.value }))

/** What has to be added to the one to get the other. */
export const difference = (before: readonly Figure[], after: readonly Figure[]): Figure[] =>
  addUp([...negated(before), ...after])
