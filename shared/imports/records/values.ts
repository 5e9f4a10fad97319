import { isRealDay } from '../../units/dates.ts'

const AMOUNT = /^(-)?\s*(?:RM)?\s*(-)?\s*([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?$/i
/** Nine digits of ringgit would not fit the columns; no clinic ever had such a bill. */
const MOST_SEN = 999_999_999
const DECIMALS = 2

/** Sen of an amount as files have it (`RM 1,250.5`, `45`), negative ones too; null when it is none. */
export function readAmount(text: string): number | null {
  const found = AMOUNT.exec(text)
  if (found === null) return null
  const [, before, after, whole = '', part = ''] = found
  if (before !== undefined && after !== undefined) return null
  const sen = Number(whole.replaceAll(',', '') + part.padEnd(DECIMALS, '0'))
  if (sen > MOST_SEN) return null
  return sen !== 0 && (before ?? after) !== undefined ? -sen : sen
}

/** Sen as texts have them: 4500 is `45.00`. */
export function amountText(sen: number): string {
  const digits = String(Math.abs(sen)).padStart(DECIMALS + 1, '0')
  return `${sen < 0 ? '-' : ''}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`
}

/** Sen of a text of {@link amountText}. */
export const senOfText = (text: string | null): number => (text === null ? 0 : Number(text.replace('.', '')))

const WITH_ZONE =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})$/
const ISO_LOCAL = /^([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?$/
const DMY_LOCAL = /^([0-9]{2})\/([0-9]{2})\/([0-9]{4}) ([0-9]{2}):([0-9]{2})$/
const MALAYSIA_MIN = 480
const MINUTE_MS = 60_000
const MOST_OFFSET_H = 14
const FIRST_YEAR = 1900

function offsetMin(zone: string): number | null {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4))
  if (hours > MOST_OFFSET_H || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/**
 * The instant that a file means, in milliseconds, or null: `YYYY-MM-DDTHH:MM[:SS]` with `Z` or an offset,
 * `YYYY-MM-DD HH:MM[:SS]` and `DD/MM/YYYY HH:MM` in Malaysian time. Nothing else is guessed.
 */
export function readMoment(text: string): number | null {
  const dmy = DMY_LOCAL.exec(text)
  const found = dmy ?? WITH_ZONE.exec(text) ?? ISO_LOCAL.exec(text)
  if (found === null) return null
  const [year, month, day] = (dmy === null ? [1, 2, 3] : [3, 2, 1]).map((at) => Number(found[at])) as [
    number,
    number,
    number,
  ]
  const [hour, minute, second] = [found[4], found[5], found[6] ?? '0'].map(Number) as [number, number, number]
  if (year < FIRST_YEAR || !isRealDay(year, month, day) || hour > 23 || minute > 59 || second > 59)
    return null
  const offset = found[7] === undefined ? MALAYSIA_MIN : offsetMin(found[7])
  return offset === null ? null : Date.UTC(year, month - 1, day, hour, minute, second) - offset * MINUTE_MS
}

/** The Malaysian day ('YYYY-MM-DD', UTC+8) of an instant. */
export const malaysianDay = (atMs: number): string =>
  new Date(atMs + MALAYSIA_MIN * MINUTE_MS).toISOString().slice(0, 10)

/** An instant as values carry it: ISO 8601 in UTC. */
export const momentText = (atMs: number): string => new Date(atMs).toISOString()

const DIAGNOSIS_CODE = /^[A-Z][0-9]{2}(?:\.[0-9A-Z]{1,4})?$/

/** The stored form of a diagnosis code, upper-cased, or null. */
export function canonicalDiagnosisCode(text: string): string | null {
  const code = text.toUpperCase()
  return DIAGNOSIS_CODE.test(code) ? code : null
}
