import { codePointLength } from './text.ts'

/** Longest word kept for search, in code points; longer ones are cut, on both sides of the comparison. */
export const MAX_WORD_LENGTH = 32
/** Most distinct words of one name kept for search: no real name has more. */
export const MAX_NAME_WORDS = 16

const PLAIN_ASCII = /^[\x20-\x7e]*$/
const WHITE_RUN = /\s{2,}|[^\S ]/
const WHITE_RUNS = /\s+/g

/** A person's name as stored: NFC, runs of white space made one space, none at the ends. */
export function canonicalName(text: string): string {
  const composed = PLAIN_ASCII.test(text) ? text : text.normalize('NFC')
  return WHITE_RUN.test(composed) ? composed.replace(WHITE_RUNS, ' ').trim() : composed.trim()
}

/** Letters that Unicode does not take apart into a base letter and an accent. */
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
}
/** Accents of Latin, Greek and Cyrillic, Arabic vowel marks; the vowel signs of Tamil and Thai stay: they are the word. */
const ACCENTS = /[\u0300-\u036f\u064b-\u065f\u0670]/g
const UNDECOMPOSED_LETTERS = /[ßøđðłħıæœþ]/g
const INVISIBLE = /\p{Cf}/gu

/**
 * A text as names are compared: without case, accents, full-width forms and invisible characters. Deterministic, and
 * the same for what is stored and what is typed.
 */
export function foldName(text: string): string {
  if (PLAIN_ASCII.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(INVISIBLE, '')
    .toLowerCase()
    .replace(ACCENTS, '')
    .replace(UNDECOMPOSED_LETTERS, (letter) => UNDECOMPOSED[letter] ?? letter)
    .normalize('NFC')
}

const ASCII_SEPARATORS = /[^a-z0-9]+/
const SEPARATORS = /[^\p{L}\p{N}\p{M}]+/u

const cut = (word: string): string =>
  word.length <= MAX_WORD_LENGTH || codePointLength(word) <= MAX_WORD_LENGTH
    ? word
    : Array.from(word).slice(0, MAX_WORD_LENGTH).join('')

/**
 * The distinct words of a name, folded, in order of appearance: split at everything that is no letter, digit or mark,
 * so `Arun a/l Naidu` gives arun, a, l, naidu and `Ann @ Siti` gives ann, siti. Also splits what is typed in a search.
 */
export function nameWords(name: string): string[] {
  const folded = foldName(name)
  const words: string[] = []
  for (const part of folded.split(PLAIN_ASCII.test(folded) ? ASCII_SEPARATORS : SEPARATORS)) {
    if (part === '') continue
    const word = cut(part)
    if (!words.includes(word)) words.push(word)
    if (words.length === MAX_NAME_WORDS) break
  }
  return words
}
