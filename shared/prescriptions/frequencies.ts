/** How often a medicine is taken, and how a label says so in Malay and English. */
export interface Frequency {
  /** Doses in one day of use; a day that has no dose is not counted. */
  timesPerDay: number
  /** Days from one day of use to the next: 1 daily, 2 every other day, 7 weekly; 0: one dose, once. */
  everyDays: number
  ms: string
  en: string
}

const f = (timesPerDay: number, everyDays: number, en: string, ms: string): Frequency => ({
  timesPerDay,
  everyDays,
  en,
  ms,
})

/** The one table of frequencies, under the short forms that doctors write. `PRN` needs a most a day. */
export const FREQUENCIES = {
  OD: f(1, 1, 'once a day', 'sekali sehari'),
  OM: f(1, 1, 'every morning', 'setiap pagi'),
  ON: f(1, 1, 'at night before sleep', 'pada waktu malam sebelum tidur'),
  BD: f(2, 1, 'twice a day', '2 kali sehari'),
  TDS: f(3, 1, '3 times a day', '3 kali sehari'),
  QID: f(4, 1, '4 times a day', '4 kali sehari'),
  '5X': f(5, 1, '5 times a day', '5 kali sehari'),
  Q2H: f(12, 1, 'every 2 hours', 'setiap 2 jam'),
  Q4H: f(6, 1, 'every 4 hours', 'setiap 4 jam'),
  Q6H: f(4, 1, 'every 6 hours', 'setiap 6 jam'),
  Q8H: f(3, 1, 'every 8 hours', 'setiap 8 jam'),
  Q12H: f(2, 1, 'every 12 hours', 'setiap 12 jam'),
  EOD: f(1, 2, 'every other day', 'selang sehari'),
  WEEKLY: f(1, 7, 'once a week', 'sekali seminggu'),
  PRN: f(1, 1, 'when needed', 'apabila perlu'),
  STAT: f(1, 0, 'now, one dose only', 'sekarang, satu dos sahaja'),
} as const satisfies Record<string, Frequency>

/** A key of {@link FREQUENCIES}. */
export type FrequencyCode = keyof typeof FREQUENCIES
export const FREQUENCY_CODES = Object.keys(FREQUENCIES) as [FrequencyCode, ...FrequencyCode[]]

/** When a medicine is taken in relation to food. */
export const TIMINGS = {
  before_food: { en: 'before food', ms: 'sebelum makan' },
  with_food: { en: 'with food', ms: 'bersama makanan' },
  after_food: { en: 'after food', ms: 'selepas makan' },
  empty: { en: 'on an empty stomach', ms: 'semasa perut kosong' },
} as const satisfies Record<string, { en: string; ms: string }>

/** A key of {@link TIMINGS}. */
export type Timing = keyof typeof TIMINGS
export const TIMING_CODES = Object.keys(TIMINGS) as [Timing, ...Timing[]]
