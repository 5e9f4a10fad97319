import { open } from 'node:fs/promises'

/** One element of the array that is looked for. `bytes` is null when it is longer than allowed. */
export interface JsonElement {
  /** Line of the file on which it begins. */
  line: number
  bytes: Buffer | null
}

/** How the document ended: `cut` within something, `line` the last line read. */
export interface JsonEnd {
  isCut: boolean
  line: number
  /** Members of the document's object that are texts, the first few and short ones. */
  texts: ReadonlyMap<string, string>
  /** Whether the array was there at all. */
  hasArray: boolean
}

const BLOCK_BYTES = 256 * 1024
const QUOTE = 0x22
const BACKSLASH = 0x5c
const LF = 10
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const COLON = 0x3a
const COMMA = 0x2c
const SHORT_BYTES = 200
const MAX_TEXTS = 20

/**
 * Finds the objects of one array in a JSON document of any size without reading the document into memory: the array is
 * the member `name` of the document's object, or the document itself. Brackets are counted, nothing else is checked;
 * whoever takes an element parses it.
 */
class ElementFinder {
  readonly #name: string
  readonly #maxBytes: number
  line = 1
  depth = 0
  hasArray = false
  readonly texts = new Map<string, string>()
  /** Depth of the elements of the array we are in, 0 = not in it. */
  #elementDepth = 0
  #isText = false
  #isEscaped = false
  #short: number[] | null = null
  #lastText = ''
  #key = ''
  #parts: Buffer[] | null = null
  #length = 0
  #startLine = 0
  isOver = false

  constructor(name: string, maxBytes: number) {
    this.#name = name
    this.#maxBytes = maxBytes
  }

  /** The elements that end within this block. */
  *feed(block: Buffer): Generator<JsonElement, void> {
    let from = 0
    for (let at = 0; at < block.length; at++) {
      const byte = block[at] as number
      if (this.#isText) {
        this.#inText(byte)
        continue
      }
      switch (byte) {
        case LF:
          this.line++
          break
        case QUOTE:
          this.#isText = true
          this.#short = this.depth === 1 && this.#elementDepth === 0 ? [] : null
          break
        case COLON:
          if (this.depth === 1) this.#key = this.#lastText
          break
        case COMMA:
          if (this.depth === 1) this.#key = ''
          break
        case OPEN_OBJECT:
        case OPEN_ARRAY:
          if (byte === OPEN_OBJECT && this.depth + 1 === this.#elementDepth) {
            this.#parts = []
            this.#length = 0
            this.#startLine = this.line
            from = at
          }
          this.depth++
          if (byte === OPEN_ARRAY && this.#isWanted()) {
            this.hasArray = true
            this.#elementDepth = this.depth + 1
          }
          break
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          if (this.depth === this.#elementDepth && this.#parts !== null) {
            this.#keep(block.subarray(from, at + 1))
            yield this.#element()
          }
          this.depth--
          if (this.depth < this.#elementDepth - 1) this.#elementDepth = 0
          if (this.depth <= 0) this.isOver = true
          break
      }
    }
    if (this.#parts !== null) this.#keep(block.subarray(from))
  }

  /** Whether the array that was just opened is the one. */
  #isWanted(): boolean {
    if (this.#elementDepth !== 0) return false
    return this.depth === 1 ? !this.hasArray : this.depth === 2 && this.#key === this.#name
  }

  #inText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) {
      this.#isText = false
      if (this.#short === null) return
      this.#lastText = Buffer.from(this.#short).toString('utf8')
      if (this.#key !== '' && this.texts.size < MAX_TEXTS) this.texts.set(this.#key, this.#lastText)
      this.#short = null
      return
    } else if (byte === LF) this.line++
    if (this.#short !== null && this.#short.length < SHORT_BYTES) this.#short.push(byte)
  }

  #keep(bytes: Buffer): void {
    this.#length += bytes.length
    if (this.#length > this.#maxBytes) this.#parts = []
    else this.#parts?.push(bytes)
  }

  #element(): JsonElement {
    const bytes = this.#length > this.#maxBytes ? null : Buffer.concat(this.#parts ?? [])
    this.#parts = null
    return { line: this.#startLine, bytes }
  }
}

/** The objects of the array `name` of a document (see {@link ElementFinder}); the answer at the end says how it ended. */
export async function* readElements(
  path: string,
  name: string,
  maxBytes: number,
): AsyncGenerator<JsonElement, JsonEnd> {
  const finder = new ElementFinder(name, maxBytes)
  const file = await open(path, 'r')
  try {
    for (let position = 0; ; ) {
      // a new one each time: an element that goes on in the next block keeps its part of this one
      const block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
      const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, position)
      if (bytesRead === 0) break
      position += bytesRead
      yield* finder.feed(block.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
  const { line, texts, hasArray, isOver } = finder
  return { isCut: !isOver, line, texts, hasArray }
}
