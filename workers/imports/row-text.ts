/** How a way of writing rows spells them. */
interface Spelling {
  open: string
  quote: string
  between: string
  close: string
  nothing: string
}

/** Tab-separated lines, as LOAD DATA reads them. */
const LINES: Spelling = { open: '', quote: '', between: '\t', close: '\n', nothing: '\\N' }
/** What stands behind VALUES. */
const LITERALS: Spelling = { open: '(', quote: "'", between: ',', close: '),', nothing: 'NULL' }

/**
 * Both spellings read these alike; in literals because every connection of ours sets an `sql_mode` with backslash
 * escapes and speaks UTF-8, in which no byte of a longer character looks like a quote.
 */
const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
}
const EVERY_SPECIAL = /[\\'\t\n\r\0]/g
const IS_SPECIAL = new Uint8Array(128)
for (const char of Object.keys(ESCAPES)) IS_SPECIAL[char.charCodeAt(0)] = 1

const escaped = (text: string): string => text.replace(EVERY_SPECIAL, (char) => ESCAPES[char] as string)

const FIRST_BYTES = 64 * 1024
const LONGEST_UTF8 = 3
/** Most bytes around a value: its quotes and what is between, or the end of one row and the beginning of the next. */
const AROUND = 8
/** Bytes of a part, and one row more: far below what any server takes as one packet (`max_allowed_packet`). */
const PART_BYTES = 256 * 1024

/**
 * Rows of a table as the text that the server reads, written straight into bytes: no strings in between for the
 * collector to carry about, and nothing left to be spelled out while the transaction waits.
 */
export class RowText {
  count = 0
  readonly #spelling: Spelling
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #at = 0
  #isInRow = false
  /** Where the parts end. */
  readonly #ends: number[] = []

  private constructor(spelling: Spelling) {
    this.#spelling = spelling
  }

  static lines(): RowText {
    return new RowText(LINES)
  }

  static literals(): RowText {
    return new RowText(LITERALS)
  }

  /** The whole text. */
  get body(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  /** Bytes so far. */
  get length(): number {
    return this.#at
  }

  /** Empties it and keeps its memory. */
  clear(): void {
    this.count = 0
    this.#at = 0
    this.#ends.length = 0
  }

  /** The text in parts of whole rows. */
  *parts(): Generator<Buffer, void> {
    let from = 0
    for (const end of [...this.#ends, this.#at]) {
      if (end > from) yield this.#bytes.subarray(from, end)
      from = end
    }
  }

  /** The next value of the row. */
  cell(cell: string | null): void {
    if (cell === null) {
      this.plain(this.#spelling.nothing)
      return
    }
    const { quote, between } = this.#spelling
    this.#begin(cell.length)
    const from = this.#put(quote)
    const bytes = this.#bytes
    let at = from
    for (let i = 0; i < cell.length; i++) {
      const unit = cell.charCodeAt(i)
      if (unit >= IS_SPECIAL.length || IS_SPECIAL[unit] === 1) {
        at = from + bytes.write(escaped(cell), from)
        break
      }
      bytes[at++] = unit
    }
    this.#at = at
    this.#put(quote)
    this.#put(between)
  }

  /** The next value of the row, as it is: digits. */
  plain(digits: string): void {
    this.#begin(digits.length)
    this.#put(digits)
    this.#put(this.#spelling.between)
  }

  endRow(): void {
    const { between, close } = this.#spelling
    this.#at -= between.length
    this.#put(close)
    this.#closeRow()
  }

  /** Ends the row with the values of a row of another text of this spelling, which stands there `from` … `to`. */
  endRowAs(other: RowText, from: number, to: number): void {
    this.#reserve(to - from)
    const source = other.#bytes
    const bytes = this.#bytes
    let at = this.#at
    for (let i = from + this.#spelling.open.length; i < to; i++) bytes[at++] = source[i] as number
    this.#at = at
    this.#closeRow()
  }

  #closeRow(): void {
    this.#isInRow = false
    this.count++
    if (this.#at - (this.#ends.at(-1) ?? 0) >= PART_BYTES) this.#ends.push(this.#at)
  }

  #begin(length: number): void {
    this.#reserve(length * LONGEST_UTF8 + AROUND)
    if (this.#isInRow) return
    this.#isInRow = true
    this.#put(this.#spelling.open)
  }

  /** Writes ASCII and answers where it ends. */
  #put(ascii: string): number {
    for (let i = 0; i < ascii.length; i++) this.#bytes[this.#at++] = ascii.charCodeAt(i)
    return this.#at
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + more))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
