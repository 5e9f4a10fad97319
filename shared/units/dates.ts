/** The clinic's zone where nothing else is set: Malaysian time, UTC+8 all year since 1982. */
export const CLINIC_ZONE = 'Asia/Kuala_Lumpur'

const DAY_LENGTH = 10
const DAY_MS = 86_400_000
/** Zones change their offset at full quarters of an hour only. */
const QUARTER_MS = 900_000
const QUARTERS_KEPT = 10_000

/** Offset of a zone at instants; each quarter of an hour is worked out once. */
function offsetsOf(zone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
    hourCycle: 'h23',
  })
  const known = new Map<number, number>()
  const workOut = (quarter: number): number => {
    const part = Object.fromEntries(
      format.formatToParts(quarter * QUARTER_MS).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute) - quarter * QUARTER_MS
  }
  return (atMs) => {
    const quarter = Math.floor(atMs / QUARTER_MS)
    let offset = known.get(quarter)
    if (offset === undefined) {
      offset = workOut(quarter)
      if (known.size >= QUARTERS_KEPT) known.clear()
      known.set(quarter, offset)
    }
    return offset
  }
}

let clinic = { zone: CLINIC_ZONE, offsetAt: offsetsOf(CLINIC_ZONE) }

/** Says which zone the clinic is in (`TZ_CLINIC`), once, when the process starts; days are counted in it from then on. */
export function setClinicZone(zone: string): void {
  if (zone !== clinic.zone) clinic = { zone, offsetAt: offsetsOf(zone) }
}

/** The clinic's zone. */
export const clinicZone = (): string => clinic.zone

/** Whether the name of a zone is known here. */
export function isZone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en-US', { timeZone: name }) !== null
  } catch {
    return false
  }
}

/** Earliest day that the clinic takes for anything: nobody alive was born before. */
export const FIRST_DAY_ON = '1900-01-01'

/** The day that was asked for last, by its number since 1970: nearly every question is about today. */
let latest = { number: Number.NaN, day: '' }

/** The clinic day ('YYYY-MM-DD', in the clinic's zone) of an instant; now if none is given. */
export function clinicDay(at: Date | number = Date.now()): string {
  const atMs = Number(at)
  const localMs = atMs + clinic.offsetAt(atMs)
  const number = Math.floor(localMs / DAY_MS)
  if (number !== latest.number) latest = { number, day: new Date(localMs).toISOString().slice(0, DAY_LENGTH) }
  return latest.day
}

/** The day ('YYYY-MM-DD') so many days after another one, or before it. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, DAY_LENGTH)

/** The instant at which a clinic day begins. */
export function clinicDayStart(day: string): Date {
  const asIfUtcMs = Date.parse(`${day}T00:00:00Z`)
  // the offset at the guess is that of the day's beginning, but for a change in the hours between the two
  const guessMs = asIfUtcMs - clinic.offsetAt(asIfUtcMs)
  return new Date(asIfUtcMs - clinic.offsetAt(guessMs))
}

function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** Whether year, month (1–12) and day exist in the Gregorian calendar. */
export function isRealDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  if (month === 2) return day <= (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28)
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)
}

/**
 * Reads `YYYY-MM-DD` or `DD/MM/YYYY` as a clinic day 'YYYY-MM-DD', or null when it is neither or no real day.
 * Nothing else is guessed: 01/02/03 or a spreadsheet's serial number could mean several days.
 */
export function parseDay(text: string): string | null {
  if (text.length !== DAY_LENGTH) return null
  const isIso = text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45
  const isDmy = text.charCodeAt(2) === 47 && text.charCodeAt(5) === 47
  if (!isIso && !isDmy) return null
  const year = isIso ? digits(text, 0, 4) : digits(text, 6, 10)
  const month = isIso ? digits(text, 5, 7) : digits(text, 3, 5)
  const day = isIso ? digits(text, 8, 10) : digits(text, 0, 2)
  if (year < 1 || month < 0 || day < 0 || !isRealDay(year, month, day)) return null
  return isIso ? text : `${text.slice(6)}-${text.slice(3, 5)}-${text.slice(0, 2)}`
}
