import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * Made by `docker/tools/stolen-passwords.mjs`, copied beside the compiled code by the build: the sorted beginnings of
 * the SHA-256 of 63,000 passwords in small letters. Nobody has to keep rude words, and a stranger is taken for one of
 * them once in ten million.
 */
const FILE = new URL('./stolen-passwords.bin', import.meta.url)
/** Bytes kept of each hash. */
export const STOLEN_BYTES = 5
/** Most digits and marks put at an end of a stolen one that leave it a stolen one: a year, some marks. */
const AT_AN_END = 6
const NO_LETTER = /[\p{N}\p{P}\p{S}\s]/u

let list: Buffer | undefined

function isListed(text: string): boolean {
  list ??= readFileSync(FILE)
  const wanted = createHash('sha256').update(text).digest().subarray(0, STOLEN_BYTES)
  let [low, high] = [0, list.length / STOLEN_BYTES]
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = middle * STOLEN_BYTES
    const order = list.compare(wanted, 0, STOLEN_BYTES, at, at + STOLEN_BYTES)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle
  }
  return false
}

/** Whether a text is listed, or what it is a repetition of. */
function isListedOnce(text: string): boolean {
  if (isListed(text)) return true
  const half = text.slice(0, text.length / 2)
  return half !== '' && half + half === text && isListedOnce(half)
}

/** How many digits and marks stand at the beginning, as far as they count. */
function marksAtStart(chars: readonly string[]): number {
  const letter = chars.slice(0, AT_AN_END).findIndex((each) => !NO_LETTER.test(each))
  return letter < 0 ? Math.min(AT_AN_END, chars.length) : letter
}

/** Whether a password is among those that are tried first: as it is, twice, or with a few digits and marks around it. */
export function isStolen(password: string): boolean {
  const chars = [...password.normalize('NFC').toLowerCase()]
  const [before, behind] = [marksAtStart(chars), marksAtStart(chars.toReversed())]
  for (let start = 0; start <= before; start++)
    for (let end = chars.length - behind; end <= chars.length; end++)
      if (isListedOnce(chars.slice(start, end).join(''))) return true
  return false
}
