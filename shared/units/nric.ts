import { isRealDay } from './dates.ts'

/** Place-of-birth codes (digits 7–8) that the National Registration Department has never given out. */
const PLACES_NOT_IN_USE = new Set([0, 17, 18, 19, 20, 69, 70, 73, 80, 81, 94, 95, 96, 97])

/** Codes of birth in a state or federal territory; every other code in use means abroad or unknown. */
const STATE_OF_PLACE: Readonly<Record<string, readonly number[]>> = {
  Johor: [1, 21, 22, 23, 24],
  Kedah: [2, 25, 26, 27],
  Kelantan: [3, 28, 29],
  Melaka: [4, 30],
  'Negeri Sembilan': [5, 31, 59],
  Pahang: [6, 32, 33],
  'Pulau Pinang': [7, 34, 35],
  Perak: [8, 36, 37, 38, 39],
  Perlis: [9, 40],
  Selangor: [10, 41, 42, 43, 44],
  Terengganu: [11, 45, 46],
  Sabah: [12, 47, 48, 49],
  Sarawak: [13, 50, 51, 52, 53],
  'Kuala Lumpur': [14, 54, 55, 56, 57],
  Labuan: [15, 58],
  Putrajaya: [16],
}

const PLACES: readonly (string | null)[] = (() => {
  const places = Array<string | null>(100).fill(null)
  for (const [state, codes] of Object.entries(STATE_OF_PLACE)) for (const code of codes) places[code] = state
  return places
})()

/** What can be wrong with an NRIC by itself. */
export type NricFault = 'BAD_NRIC_FORMAT' | 'BAD_NRIC_DATE' | 'BAD_NRIC_PLACE'

const TWELVE_DIGITS = /^[0-9]{12}$/
const SEPARATORS = /[-\s]/g

/** The stored form of an NRIC: its 12 digits without dashes and spaces, or null when it has not that shape. */
export function canonicalNric(text: string): string | null {
  if (TWELVE_DIGITS.test(text)) return text
  const bare = text.replace(SEPARATORS, '')
  return TWELVE_DIGITS.test(bare) ? bare : null
}

const pair = (text: string, at: number): number =>
  (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48

/** Checks calendar and place of 12 digits; the century is open, so 29 February counts in any year divisible by 4. */
export function nricFault(nric: string): NricFault | null {
  // 2000 stands for both centuries: 1900 had no 29 February but 2000 had, and otherwise they agree.
  if (!isRealDay(2000 + pair(nric, 0), pair(nric, 2), pair(nric, 4))) return 'BAD_NRIC_DATE'
  return PLACES_NOT_IN_USE.has(pair(nric, 6)) ? 'BAD_NRIC_PLACE' : null
}

/** Whether digits 1–6 are that day ('YYYY-MM-DD') in either century. */
export function nricAgreesWithDay(nric: string, dayOn: string): boolean {
  return (
    nric.startsWith(dayOn.slice(2, 4)) &&
    nric.startsWith(dayOn.slice(5, 7), 2) &&
    nric.startsWith(dayOn.slice(8, 10), 4)
  )
}

/** The holder's gender: the last digit is odd for men, even for women. */
export function nricGender(nric: string): 'M' | 'F' {
  return nric.charCodeAt(11) % 2 === 1 ? 'M' : 'F'
}

/**
 * The days the holder may be born on: real days of this and the last century, not after `todayOn`, latest first.
 * Two answers mean the century must be asked.
 */
export function nricBirthDays(nric: string, todayOn: string): string[] {
  const rest = `${nric.slice(0, 2)}-${nric.slice(2, 4)}-${nric.slice(4, 6)}`
  return ['20', '19']
    .filter((century) => isRealDay(Number(century) * 100 + pair(nric, 0), pair(nric, 2), pair(nric, 4)))
    .map((century) => `${century}${rest}`)
    .filter((dayOn) => dayOn <= todayOn)
}

/** State or federal territory of birth by digits 7–8; null for abroad, unknown or a code not in use. */
export function nricBirthState(nric: string): string | null {
  return PLACES[pair(nric, 6)] ?? null
}
