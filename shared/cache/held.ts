import type { Finished } from './entry.ts'

/** An answer that was read from the cache before, and the first bytes of its entry: they say which content it is. */
export interface Held {
  header: string
  answer: Finished
}

const BYTES_MAX = 8 * 1024 * 1024
const ENTRY_BYTES_MAX = 512 * 1024

/**
 * Answers that this process has in its hand already, the latest few megabytes of them. One of them is given out only
 * after the cache has said, for this very question, that its entry begins with the same header: so nothing can be
 * older than without them, but the bytes need not be fetched and checked again.
 */
export class HeldAnswers {
  readonly #held = new Map<string, Held>()
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax = BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  get(name: string): Held | undefined {
    return this.#held.get(name)
  }

  /** Keeps an answer by the name of its question. Its bytes are copied: they lie in a larger piece of the network's. */
  keep(name: string, header: string, { json, etag }: Finished): Finished {
    this.#drop(name)
    if (json.length > ENTRY_BYTES_MAX) return { json, etag }
    const own = Buffer.allocUnsafeSlow(json.length)
    json.copy(own)
    const answer = { json: own, etag }
    this.#held.set(name, { header, answer })
    this.#bytes += own.length
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#bytesMax) break
      this.#drop(oldest)
    }
    return answer
  }

  /** Makes an answer the latest used one. */
  touch(name: string, held: Held): void {
    if (this.#held.delete(name)) this.#held.set(name, held)
  }

  #drop(name: string): void {
    const held = this.#held.get(name)
    if (held === undefined) return
    this.#held.delete(name)
    this.#bytes -= held.answer.json.length
  }
}
