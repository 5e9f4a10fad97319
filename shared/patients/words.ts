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
/** Longest beginning that has a bit of its own. */
const LONGEST = 4
/** The lowest bits say which letters the words begin with, nearly one bit a letter; the others are hashed. */
const INITIALS = 22
const HASHED = 64 - INITIALS
const HALF_BITS = 32
/** Takes another part of the same hash for a second bit. */
const SECOND = 12

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

function set(bits: Bits, place: number): void {
  if (place < HALF_BITS) bits.low |= 1 << place
  else bits.high |= 1 << (place - HALF_BITS)
}

const setHashed = (bits: Bits, hash: number): void => set(bits, INITIALS + (hash % HASHED))

/** Bits of a beginning: its first letter, its first two, three and four. */
function setBeginning(bits: Bits, text: string): void {
  set(bits, text.charCodeAt(0) % INITIALS)
  for (let length = 2; length <= LONGEST && length <= text.length; length++)
    setHashed(bits, fnv(text, length, 0))
}

function setWord(bits: Bits, word: string): void {
  setBeginning(bits, word)
  const h = fnv(word, word.length, WORD_SEED)
  setHashed(bits, h)
  // "bin" must not be taken for "binti": a short word, with fewer beginnings, has two bits of its own
  if (word.length < LONGEST) setHashed(bits, h >>> SECOND)
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
