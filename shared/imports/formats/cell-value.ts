/** How a number format shows numbers; anything but dates and leading zeros is left to the number itself. */
export interface NumberStyle {
  isDate: boolean
  hasTime: boolean
  /** Digits to which it is filled up with zeros, 0 = none. */
  zeros: number
}

const PLAIN: NumberStyle = { isDate: false, hasTime: false, zeros: 0 }

const S_DAY = 86_400
const MS_S = 1000
/** Days from the format's day 0 to 1970-01-01: of the 1900 calendar (with its day that never was) and of the 1904 one. */
const EPOCH_1900 = 25_569
const EPOCH_1904 = 24_107
const LAST_SERIAL = 2_958_466
/** 29 February 1900, which the 1900 calendar has; days before it are one behind. */
const NEVER_WAS = 60
/** Digits that a spreadsheet calculates with. */
const PRECISION = 15
const MAX_PLAIN = 1e15

const isBuiltInDay = (id: number) =>
  (id >= 14 && id <= 17) || (id >= 27 && id <= 31) || (id >= 34 && id <= 36)
const isBuiltInTime = (id: number) =>
  (id >= 18 && id <= 22) || id === 32 || id === 33 || (id >= 45 && id <= 47) || (id >= 55 && id <= 56)
const isBuiltInOtherDay = (id: number) => id >= 50 && id <= 58

const UNSEEN = /"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]/gi

/** What the number format with this id, or with this text of its own, does. */
export function numberStyle(id: number, code: string | undefined): NumberStyle {
  if (code === undefined) {
    const hasTime = isBuiltInTime(id)
    return hasTime || isBuiltInDay(id) || isBuiltInOtherDay(id) ? { isDate: true, hasTime, zeros: 0 } : PLAIN
  }
  const shown = (code.split(';')[0] ?? '').replace(UNSEEN, '')
  if (/^0{2,20}$/.test(shown)) return { isDate: false, hasTime: false, zeros: shown.length }
  if (/general/i.test(shown) || !/[dmyhs]/i.test(shown)) return PLAIN
  return { isDate: true, hasTime: /[hs]/i.test(shown), zeros: 0 }
}

/** A stored number as text: as a spreadsheet shows it without a format, in full digits, without an exponent. */
export function numberText(stored: string, style: NumberStyle = PLAIN): string {
  const value = Number(stored)
  if (stored.trim() === '' || !Number.isFinite(value)) return stored.trim()
  if (Number.isInteger(value)) {
    const digits = Math.abs(value) < MAX_PLAIN ? String(value) : BigInt(value).toString()
    return style.zeros > 0 && value >= 0 ? digits.padStart(style.zeros, '0') : digits
  }
  const rounded = Number(value.toPrecision(PRECISION))
  const text = String(rounded)
  return text.includes('e') ? rounded.toFixed(20).replace(/0+$/, '') : text
}

const isoDays = new Map<number, string>()
const MAX_ISO_DAYS = 50_000

/** The day so many days after 1970-01-01; a file has a few thousand of them, again and again. */
function isoDay(days: number): string {
  const known = isoDays.get(days)
  if (known !== undefined) return known
  const date = new Date(days * S_DAY * MS_S).toISOString().slice(0, 10)
  if (isoDays.size < MAX_ISO_DAYS) isoDays.set(days, date)
  return date
}

const two = (n: number): string => String(n).padStart(2, '0')

/**
 * A stored number as `YYYY-MM-DD`, with ` HH:MM` (and `:SS`) behind it where the format shows a time or the number has
 * one. Days that are in no calendar stay numbers.
 */
export function dateText(stored: string, { hasTime }: NumberStyle, is1904: boolean): string {
  const serial = Number(stored)
  const seconds = Math.round(serial * S_DAY)
  const day = Math.floor(seconds / S_DAY)
  const first = is1904 ? 0 : 1
  if (!Number.isFinite(serial) || day < first || day >= LAST_SERIAL || (day === NEVER_WAS && !is1904))
    return numberText(stored)
  const days = is1904 ? day - EPOCH_1904 : day - EPOCH_1900 + (day < NEVER_WAS ? 1 : 0)
  const date = isoDay(days)
  const rest = seconds - day * S_DAY
  if (rest === 0 && !hasTime) return date
  const time = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}`
  return `${date} ${time}${rest % 60 === 0 ? '' : `:${two(rest % 60)}`}`
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2}))?(?:\.\d+)?Z?)?$/

/** A date that is stored as text (`t="d"`), like {@link dateText}. */
export function isoText(stored: string): string {
  const found = ISO.exec(stored.trim())
  if (found === null) return stored
  const [, date, time, seconds = '00'] = found
  if (time === undefined) return date as string
  return `${date} ${time}${seconds === '00' ? '' : `:${seconds}`}`
}

const ESCAPED = /_x([0-9A-Fa-f]{4})_/g

/** A text as it was typed: characters that XML cannot hold are written `_x000D_`. */
export function plainText(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
