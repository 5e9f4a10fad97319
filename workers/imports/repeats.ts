import { readFile, rename, rm, writeFile } from 'node:fs/promises'

const FILTER_BITS = 2 ** 27
const REPEATED_BITS = 2 ** 24
const HASHES = 3

/** Two independent 32-bit FNV-1a style hashes of a text. */
function hashes(text: string): [number, number] {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x5bd1e995)
    b ^= b >>> 15
  }
  a ^= a >>> 16
  return [a >>> 0, b >>> 0]
}

/**
 * Finds the keys that a file may hold more than once, in memory that does not grow with the file (16 MB while looking,
 * 2 MB kept). It may name a key that is unique (one in some ten thousand at a million rows), never miss one that is
 * not: whoever asks then looks such a key up in the database, so the answer to the user is exact.
 */
export class RepeatFinder {
  readonly #seen = new Uint8Array(FILTER_BITS / 8)
  readonly #repeated = new Uint8Array(REPEATED_BITS / 8)

  add(key: string): void {
    const [a, b] = hashes(key)
    let known = true
    for (let i = 0; i < HASHES; i++) {
      const bit = (a + Math.imul(i, b)) >>> 5
      const mask = 1 << (bit & 7)
      const at = bit >>> 3
      if (((this.#seen[at] as number) & mask) === 0) {
        known = false
        this.#seen[at] = (this.#seen[at] as number) | mask
      }
    }
    if (known) markRepeated(this.#repeated, a)
  }

  finish(): Repeats {
    return new Repeats(this.#repeated)
  }
}

const repeatedBit = (hash: number) => hash >>> 8

function markRepeated(bits: Uint8Array, hash: number): void {
  const bit = repeatedBit(hash)
  bits[bit >>> 3] = (bits[bit >>> 3] as number) | (1 << (bit & 7))
}

/** The keys that may stand in the file more than once. */
export class Repeats {
  readonly #bits: Uint8Array
  constructor(bits: Uint8Array) {
    this.#bits = bits
  }

  /** Every key may stand in the file again. */
  static all(): Repeats {
    return new Repeats(new Uint8Array(REPEATED_BITS / 8).fill(0xff))
  }

  mayRepeat(key: string): boolean {
    const bit = repeatedBit(hashes(key)[0])
    return ((this.#bits[bit >>> 3] as number) & (1 << (bit & 7))) !== 0
  }

  /** Keeps the answer beside the staged file, so that a run that takes over need not read the file twice. */
  async save(path: string): Promise<void> {
    const part = `${path}.part`
    try {
      // on the disk before it has its name: after a power cut, zeros would say that nothing repeats
      await writeFile(part, this.#bits, { flush: true })
      await rename(part, path)
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
  }

  static async load(path: string): Promise<Repeats | null> {
    try {
      const bits = await readFile(path)
      return bits.length === REPEATED_BITS / 8 ? new Repeats(bits) : null
    } catch {
      return null
    }
  }
}
