import { writeSync } from 'node:fs'
import { AppError } from '../../errors/app-error.ts'
import { EXTRA_CELLS } from '../reader.ts'
import { MAX_RECORD_BYTES } from '../scanner.ts'
import { markText, type RowMark, STAGED_DELIMITER } from '../staged-row.ts'

/** Where converted rows go. `isFull` after a row says that no more is wanted (a preview). */
export interface RowSink {
  columns(names: readonly string[]): void
  row(mark: RowMark, cells: readonly string[]): void
  readonly rows: number
  readonly isFull: boolean
}

export interface SinkLimits {
  /** Bytes that may be written; more is refused as `import/too-much-inside`. */
  maxBytes: number
  /** Rows after which the sink is full. */
  maxRows?: number
  /** Bytes after which the sink is full. */
  fullBytes?: number
}

const BUFFER_BYTES = 256 * 1024
/** Cells of a row that is too long are shown by their beginnings. */
const SHOWN_CHARS = 200
/** Most bytes of UTF-8 for a unit of a string, its doubling as a quotation mark included. */
const BYTES_A_CHAR = 3
const NEEDS_QUOTES = /[",\r\n]/

const cellText = (text: string): string =>
  NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** Writes rows as the staged UTF-8 form that every import reads, `write` being told block after block. */
export class StagedWriter implements RowSink {
  rows = 0
  readonly #write: (block: Buffer) => void
  readonly #limits: SinkLimits
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  #at = 0
  #bytes = 0
  #columns = 0

  constructor(write: (block: Buffer) => void, limits: SinkLimits) {
    this.#write = write
    this.#limits = limits
  }

  get isFull(): boolean {
    const { maxRows, fullBytes } = this.#limits
    return (
      (maxRows !== undefined && this.rows >= maxRows) || (fullBytes !== undefined && this.#bytes >= fullBytes)
    )
  }

  columns(names: readonly string[]): void {
    this.#columns = names.length
    this.#line('_line', names)
  }

  row(mark: RowMark, cells: readonly string[]): void {
    this.rows++
    const isLong = mark.problem === 'ROW_TOO_LONG'
    if (isLong || !this.#line(markText(mark), cells, this.#columns + EXTRA_CELLS)) {
      const shown = cells.slice(0, this.#columns).map((cell) => cell.slice(0, SHOWN_CHARS))
      const { column: _, ...place } = mark
      this.#line(markText({ ...place, problem: 'ROW_TOO_LONG' }), shown)
    }
    if (this.#bytes > this.#limits.maxBytes) {
      throw new AppError('import/too-much-inside', {
        detail: `Its rows are larger than such a file can honestly be; reading ended at row ${mark.line}.`,
      })
    }
  }

  /** Writes what is still held. */
  end(): void {
    if (this.#at > 0) this.#write(this.#buffer.subarray(0, this.#at))
    this.#at = 0
  }

  /** False, and nothing written, when the line is longer than a reader takes. */
  #line(mark: string, cells: readonly string[], most = cells.length): boolean {
    let text = cellText(mark)
    const count = Math.min(cells.length, most)
    for (let i = 0; i < count; i++) text += STAGED_DELIMITER + cellText(cells[i] as string)
    text += '\n'
    if (text.length * BYTES_A_CHAR > MAX_RECORD_BYTES && Buffer.byteLength(text) >= MAX_RECORD_BYTES)
      return false
    this.#put(text)
    return true
  }

  #put(text: string): void {
    const most = text.length * BYTES_A_CHAR
    if (most > this.#buffer.length - this.#at) this.end()
    if (most > this.#buffer.length) {
      const whole = Buffer.from(text)
      this.#write(whole)
      this.#bytes += whole.length
      return
    }
    const wrote = this.#buffer.write(text, this.#at)
    this.#at += wrote
    this.#bytes += wrote
  }
}

/** A writer into an open file. */
export function fileWriter(fd: number, limits: SinkLimits): StagedWriter {
  return new StagedWriter((block) => {
    for (let at = 0; at < block.length; ) at += writeSync(fd, block, at)
  }, limits)
}

/** A writer into memory, for a preview; `bytes()` after `end()`. */
export function memoryWriter(limits: SinkLimits): StagedWriter & { bytes(): Buffer } {
  const blocks: Buffer[] = []
  const writer = new StagedWriter((block) => void blocks.push(Buffer.from(block)), limits)
  return Object.assign(writer, { bytes: () => Buffer.concat(blocks) })
}
