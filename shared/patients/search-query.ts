import { nameWords } from '../units/names.ts'
import { canonicalPhone } from '../units/phone.ts'

/** What a typed text may mean; every part that is there is looked for. */
export interface SearchQuery {
  /** Folded words of a name, each the beginning of one; empty when there are too few letters. */
  words: string[]
  /** Bare capitals and digits of an identity number, or null. */
  idNumber: string | null
  /** Digits of a telephone number, `+` in front if it was typed, or null. */
  phone: string | null
  /** The whole number in its stored form, if it is one. */
  wholePhone: string | null
  /** Digits of a clinic number, or null. */
  clinicDigits: string | null
}

const MIN_CHARS = 2
const SEPARATORS = /[\s\-()./]/g
const NUMBER = /^\+?[0-9]{2,20}$/
const CLINIC_NUMBER = /^P([0-9]{1,12})$/
const ID_NUMBER = /^(?=.*[0-9])[A-Z0-9]{2,40}$/
const HAN = /\p{Script=Han}/u

function readWords(text: string): string[] {
  const words = nameWords(text)
  const letters = words.join('')
  // one Chinese character is a whole name part
  return [...letters].length >= MIN_CHARS || HAN.test(letters) ? words : []
}

/** Reads what was typed into the search box. */
export function readSearch(text: string): SearchQuery {
  const compact = text.normalize('NFKC').toUpperCase().replace(SEPARATORS, '')
  const clinic = CLINIC_NUMBER.exec(compact)
  const isNumber = NUMBER.test(compact)
  const digits = compact.replace('+', '')
  return {
    words: readWords(text),
    idNumber: ID_NUMBER.test(compact) ? compact : null,
    phone: isNumber ? compact : null,
    wholePhone: isNumber ? canonicalPhone(compact) : null,
    clinicDigits: clinic?.[1] ?? (isNumber && digits === compact ? digits : null),
  }
}

/** Whether there is nothing to look for. */
export const isEmptySearch = (query: SearchQuery): boolean =>
  query.words.length === 0 && query.idNumber === null && query.phone === null && query.clinicDigits === null

/** The stored numbers begin like one of these when somebody types the beginning with 0, 60 or +60, or `+` and more. */
export function phoneBeginnings(typed: string): string[] {
  if (typed.startsWith('+')) return [typed]
  if (typed.startsWith('0')) return [`+6${typed}`]
  return [`+${typed}`]
}
