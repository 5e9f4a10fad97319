import { nameWords } from '../units/names.ts'

/**
 * A set of 96 bits over all words of a name, in three numbers of 32: it says at once which words a name surely has
 * not, so that a search of several words goes through the entries of one and looks hardly any of the others up.
 */
export interface WordBits {
  bits1: number
  bits2: number
  bits3: number
}

/** One row of `patient_words`; the bits are the same in every row of a patient. */
export interface PatientWordRow extends WordBits {
  word: string
  patient_id: string | number
}

/** Columns of `patient_words`. */
export const PATIENT_WORD_COLUMNS = ['word', 'patient_id', 'bits1', 'bits2', 'bits3'] as const

/**
 * Words so common that each has a bit of its own: only that makes two of them together quick. The places are stored,
 * so a change needs all rows written anew.
 */
const COMMON = ['bin', 'binti', 'a', 'l', 'p', 'anak', 'nur', 'siti', 'muhammad', 'mohd', 'ahmad', 'abdul']
const COMMON_PLACE = new Map(COMMON.map((word, place) => [word, place]))

const ALPHABET = 26
const SMALL_A = 'a'.charCodeAt(0)
/** Behind the common words a bit for each letter a word may begin with, then those for hashes. */
const INITIALS_AT = COMMON.length
const HASHED_AT = INITIALS_AT + ALPHABET
const WORD_BITS = 32
const HASHED = 3 * WORD_BITS - HASHED_AT

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const GOLDEN = 0x9e3779b1
/** Keeps a whole word apart from a beginning of the same letters. */
const WHOLE = 0x5bd1e995
/** Longest beginning that has a bit of its own. */
const LONGEST = 4
/** Bits of the first two letters: what is typed is often no longer, so these must say most. */
const PAIR_BITS = 3

/** The low bits of FNV are weak, and a remainder is taken of them. */
function stirred(hash: number): number {
  let h = hash ^ (hash >>> 15)
  h = Math.imul(h, 0x2c1b3c6d)
  return (h ^ (h >>> 13)) >>> 0
}

function set(bits: WordBits, place: number): void {
  if (place < WORD_BITS) bits.bits1 |= 1 << place
  else if (place < 2 * WORD_BITS) bits.bits2 |= 1 << (place - WORD_BITS)
  else bits.bits3 |= 1 << (place - 2 * WORD_BITS)
}

const setHashed = (bits: WordBits, hash: number): void => set(bits, HASHED_AT + (hash % HASHED))

/** Bits of a beginning: its first letter, its first two, three and four; answers the hash of the whole text. */
function setBeginning(bits: WordBits, text: string): number {
  const initial = text.charCodeAt(0) - SMALL_A
  set(bits, INITIALS_AT + (((initial % ALPHABET) + ALPHABET) % ALPHABET))
  let h = FNV_OFFSET
  for (let at = 0; at < text.length; at++) {
    h = Math.imul(h ^ text.charCodeAt(at), FNV_PRIME)
    if (at === 0 || at >= LONGEST) continue
    let hash = stirred(h)
    setHashed(bits, hash)
    for (let more = 1; at === 1 && more < PAIR_BITS; more++) {
      hash = (Math.imul(hash, GOLDEN) ^ (hash >>> 15)) >>> 0
      setHashed(bits, hash)
    }
  }
  return h
}

function setWord(bits: WordBits, word: string): void {
  const h = setBeginning(bits, word)
  const place = COMMON_PLACE.get(word)
  if (place === undefined) setHashed(bits, stirred(h ^ WHOLE))
  else set(bits, place)
}

/** Bitwise operators make signed numbers. */
const unsigned = ({ bits1, bits2, bits3 }: WordBits): WordBits => ({
  bits1: bits1 >>> 0,
  bits2: bits2 >>> 0,
  bits3: bits3 >>> 0,
})

/** The bits of a name from its words. */
export function bitsOf(words: readonly string[]): WordBits {
  const bits = { bits1: 0, bits2: 0, bits3: 0 }
  for (const word of words) setWord(bits, word)
  return unsigned(bits)
}

/** Bits that every name has in which each of the texts is a whole word, or the beginning of one. */
export function searchMask(texts: readonly string[], whole: boolean): WordBits {
  const bits = { bits1: 0, bits2: 0, bits3: 0 }
  for (const text of texts) {
    if (whole) setWord(bits, text)
    else setBeginning(bits, text)
  }
  return unsigned(bits)
}

/** The search rows of a patient; written and removed in the transaction that writes the name. */
export function patientWordRows(patientId: string | number, name: string): PatientWordRow[] {
  const words = nameWords(name)
  const { bits1, bits2, bits3 } = bitsOf(words)
  return words.map((word) => ({ word, patient_id: patientId, bits1, bits2, bits3 }))
}
