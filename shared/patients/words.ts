import { nameWords } from '../units/names.ts'

/** One row of `patient_words`. */
export interface PatientWordRow {
  word: string
  patient_id: string | number
  /** Set of 64 bits over all words of the name, as a decimal; the same in every row of a patient. */
  signature: string
}

/** Columns of `patient_words` in the order of {@link PatientWordRow}. */
export const PATIENT_WORD_COLUMNS = ['word', 'patient_id', 'signature'] as const

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
/** Keeps a whole word apart from a beginning of the same letters. */
const WORD_SEED = 0x9e3779b9
const SHORT = 2
const LONG = 3
/** A bit's place among 64 is six bits of a hash. */
const PLACE_BITS = 6
const PLACE_MASK = (1 << PLACE_BITS) - 1
const HALF_BITS = 32

function fnv(text: string, length: number, seed: number): number {
  let h = FNV_OFFSET ^ seed
  for (let i = 0; i < length; i++) h = Math.imul(h ^ text.charCodeAt(i), FNV_PRIME)
  // the low bits of FNV are weak
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  return (h ^ (h >>> 13)) >>> 0
}

/** Bits gathered in two halves, because bitwise operators hold 32. */
interface Bits {
  low: number
  high: number
}

function set(bits: Bits, hash: number): void {
  const place = hash & PLACE_MASK
  if (place < HALF_BITS) bits.low |= 1 << place
  else bits.high |= 1 << (place - HALF_BITS)
}

/** Bits of a beginning: two for its first two letters, one for the first three. One letter alone has none. */
function setBeginning(bits: Bits, text: string): void {
  if (text.length < SHORT) return
  const h = fnv(text, SHORT, 0)
  set(bits, h)
  set(bits, h >>> PLACE_BITS)
  if (text.length >= LONG) set(bits, fnv(text, LONG, 0))
}

function setWord(bits: Bits, word: string): void {
  setBeginning(bits, word)
  const h = fnv(word, word.length, WORD_SEED)
  set(bits, h)
  set(bits, h >>> PLACE_BITS)
}

const asDecimal = ({ low, high }: Bits): string =>
  ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).toString()

/** The signature of a name from its words. */
export function signatureOf(words: readonly string[]): string {
  const bits = { low: 0, high: 0 }
  for (const word of words) setWord(bits, word)
  return asDecimal(bits)
}

/** Bits that the signature of every name has in which each of the texts is a whole word, or the beginning of one. */
export function searchMask(texts: readonly string[], whole: boolean): string {
  const bits = { low: 0, high: 0 }
  for (const text of texts) {
    if (whole) setWord(bits, text)
    else setBeginning(bits, text)
  }
  return asDecimal(bits)
}

/** The search rows of a patient; written and removed in the transaction that writes the name. */
export function patientWordRows(patientId: string | number, name: string): PatientWordRow[] {
  const words = nameWords(name)
  const signature = signatureOf(words)
  return words.map((word) => ({ word, patient_id: patientId, signature }))
}
