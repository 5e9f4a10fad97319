/** The clinic's zone: Malaysian time, UTC+8 all year since 1982. */
export const CLINIC_ZONE = 'Asia/Kuala_Lumpur'

const CLINIC_OFFSET_MS = 8 * 3_600_000
const DAY_LENGTH = 10
/** Earliest day that the clinic takes for anything: nobody alive was born before. */
export const FIRST_DAY_ON = '1900-01-01'

/** The clinic day ('YYYY-MM-DD', Malaysian time) of an instant; now if none is given. */
export function clinicDay(at: Date | number = Date.now()): string {
  return new Date(Number(at) + CLINIC_OFFSET_MS).toISOString().slice(0, DAY_LENGTH)
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
