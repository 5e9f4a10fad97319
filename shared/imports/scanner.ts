import { isUtf8 } from 'node:buffer'
import { withLfLineEnds } from '../units/text.ts'
import type { RowProblemCode } from './problem.ts'

/** Longest record that is looked at; a longer one is refused after that many bytes, so memory stays flat. */
export const MAX_RECORD_BYTES = 1024 * 1024

const LF = 10
const CR = 13
const QUOTE = 34
const SPACE = 32
const HIGH = 0x80
const NO_BREAK = -1

/** One record found in a window of bytes. `end` and `lines` cover it with its line end. */
export interface ScannedRecord {
  end: number
  lines: number
  cells: string[]
  problem: RowProblemCode | null
}

/** `more`: the window ends inside the record. `long`: over the limit, not even its first line ends within it. */
export type Scan = ScannedRecord | 'blank' | 'more' | 'long'

/**
 * RFC 4180 over bytes. Our own because offsets, physical lines and the length limit must be exact, and because it is
 * several times faster than csv-parse (figures in reader.ts). Line ends are LF, CRLF and lone CR anywhere. A quotation
 * mark inside an unquoted cell is text. A record whose quotes are broken over several lines is cut after its first
 * line and refused, and scanning goes on with the next line: one missing quotation mark costs one row, not the file.
 */
export class RecordScanner {
  readonly #delimiter: number
  readonly #columns: number
  readonly #maxCells: number
  readonly #wanted: ReadonlySet<number> | null
  /** 1 = ends an unquoted cell. */
  readonly #ends = new Uint8Array(256)
  #bounds = new Int32Array(64)
  /** Bytes read in vain behind the first line of broken records, for the caller's budget. */
  wastedBytes = 0
  /** End of the blank line after `scan` answered 'blank'. */
  blankEnd = 0

  /**
   * `columns` = cells a row must have (0 = any number); `maxCells` = cells kept of a row that has more; `wanted` = the
   * cells that are decoded, the others come out empty (null = all).
   */
  constructor(
    delimiter: string,
    columns: number,
    maxCells: number,
    wanted: ReadonlySet<number> | null = null,
  ) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#columns = columns
    this.#maxCells = maxCells
    this.#wanted = wanted
    for (const byte of [this.#delimiter, LF, CR]) this.#ends[byte] = 1
  }

  /** Reads the record at `start`; bytes from `dataEnd` on are not data, and `window[dataEnd]` must exist. */
  scan(window: Buffer, start: number, dataEnd: number, isLast: boolean): Scan {
    const blankEnd = this.#blankLine(window, start, dataEnd, isLast)
    if (blankEnd !== 0) {
      this.blankEnd = blankEnd
      return blankEnd < 0 ? 'more' : 'blank'
    }
    const stop = Math.min(dataEnd, start + MAX_RECORD_BYTES)
    const kept = window[stop] ?? 0
    window[stop] = LF // a sentinel: the inner loops need no bounds check
    const found = this.#record(window, start, stop, stop < dataEnd ? 'limit' : isLast ? 'eof' : 'window')
    window[stop] = kept
    return found
  }

  #blankLine(window: Buffer, start: number, dataEnd: number, isLast: boolean): number {
    let at = start
    while (at < dataEnd && window[at] === SPACE) at++
    if (at === dataEnd) return isLast ? dataEnd : NO_BREAK
    if (window[at] === LF) return at + 1
    if (window[at] !== CR) return 0
    if (at + 1 === dataEnd && !isLast) return NO_BREAK
    return at + 1 < dataEnd && window[at + 1] === LF ? at + 2 : at + 1
  }

  #record(window: Buffer, start: number, stop: number, boundary: 'limit' | 'eof' | 'window'): Scan {
    const ends = this.#ends
    const delimiter = this.#delimiter
    let at = start
    let high = 0
    let count = 0
    let lines = 1
    let firstLineEnd = NO_BREAK
    let problem: RowProblemCode | null = null
    for (;;) {
      const quoted = window[at] === QUOTE && at < stop
      let from = at
      let to = at
      let marks = 0 // 1 = doubled quotation marks, 2 = CR inside, 4 = non-ASCII
      let seen = 0
      if (quoted) {
        from = ++at
        for (;;) {
          const byte = window[at] as number
          if (byte === QUOTE) {
            if (at + 1 === stop && boundary === 'window') return 'more'
            if (window[at + 1] !== QUOTE || at + 1 >= stop) break
            marks |= 1
            at += 2
          } else if (byte === LF || byte === CR) {
            if (at >= stop) return this.#broken(window, start, stop, boundary, firstLineEnd, 'UNCLOSED_QUOTE')
            if (byte === CR) {
              marks |= 2
              if (at + 1 === stop && boundary === 'window') return 'more'
              if (window[at + 1] === LF && at + 1 < stop) at++
            }
            at++
            lines++
            if (firstLineEnd === NO_BREAK) firstLineEnd = at
          } else {
            seen |= byte
            at++
          }
        }
        to = at++
        while (window[at] === SPACE) at++
        if (ends[window[at] as number] === 0) {
          if (firstLineEnd !== NO_BREAK)
            return this.#broken(window, start, at, boundary, firstLineEnd, 'BAD_QUOTES')
          problem = 'BAD_QUOTES'
          from-- // keep the cell as it stands in the file
          marks &= ~1
          while (ends[window[at] as number] === 0) seen |= window[at++] as number
          to = at
        }
      } else {
        while (ends[window[at] as number] === 0) seen |= window[at++] as number
        to = at
      }
      if (seen >= HIGH) marks |= 4
      high |= seen
      if (count < this.#maxCells) {
        if (count * 3 + 3 > this.#bounds.length) this.#growBounds()
        const bounds = this.#bounds
        bounds[count * 3] = from
        bounds[count * 3 + 1] = to
        bounds[count * 3 + 2] = marks
      }
      count++
      if (window[at] !== delimiter || at >= stop) break
      at++
    }
    if (at >= stop) {
      if (boundary === 'window') return 'more'
      if (boundary === 'limit')
        return this.#broken(window, start, stop, boundary, firstLineEnd, 'ROW_TOO_LONG')
    } else if (window[at] === CR) {
      if (at + 1 === stop && boundary === 'window') return 'more'
      at += window[at + 1] === LF && at + 1 < stop ? 2 : 1
    } else at++
    if (problem !== null && firstLineEnd !== NO_BREAK) {
      return this.#broken(window, start, at, boundary, firstLineEnd, problem)
    }
    return this.#finish(window, start, at, lines, count, high, problem)
  }

  #finish(
    w: Buffer,
    start: number,
    end: number,
    lines: number,
    count: number,
    high: number,
    fault: RowProblemCode | null,
  ) {
    let problem = fault
    if (problem === null && high >= HIGH && !isUtf8(w.subarray(start, end))) problem = 'INVALID_ENCODING'
    if (problem === null && this.#columns !== 0 && count !== this.#columns) problem = 'COLUMN_COUNT'
    const kept = Math.min(count, this.#maxCells)
    const bounds = this.#bounds
    // One call into the engine for the row; cells are slices of it, so a kept cell holds its own row and no more.
    const text = w.toString('latin1', start, end)
    const cells: string[] = new Array(kept)
    for (let i = 0; i < kept; i++) {
      if (this.#wanted?.has(i) === false) {
        cells[i] = ''
        continue
      }
      const from = bounds[i * 3] as number
      const to = bounds[i * 3 + 1] as number
      const marks = bounds[i * 3 + 2] as number
      let cell = (marks & 4) === 0 ? text.slice(from - start, to - start) : w.toString('utf8', from, to)
      if ((marks & 1) !== 0) cell = cell.replaceAll('""', '"')
      if ((marks & 2) !== 0) cell = withLfLineEnds(cell)
      cells[i] = cell
    }
    return { end, lines, cells, problem }
  }

  /** A record with broken quotes or over the limit: its first physical line is the refused row. */
  #broken(
    window: Buffer,
    start: number,
    at: number,
    boundary: 'limit' | 'eof' | 'window',
    firstLineEnd: number,
    problem: RowProblemCode,
  ): Scan {
    if (problem !== 'BAD_QUOTES' && boundary === 'window') return 'more'
    if (firstLineEnd === NO_BREAK && boundary === 'limit') return 'long'
    const end = firstLineEnd === NO_BREAK ? at : firstLineEnd
    this.wastedBytes += at - end
    const cells = window
      .toString('utf8', start, end)
      .split(String.fromCharCode(this.#delimiter), this.#maxCells)
    const plain = cells.map((cell) => cell.replace(/^"|"?[\r\n]*$/g, ''))
    // Where text follows a closing mark lines further down, the mark that closed was the next row's opening one.
    const named = problem === 'BAD_QUOTES' && firstLineEnd !== NO_BREAK ? 'UNCLOSED_QUOTE' : problem
    return { end, lines: 1, cells: plain, problem: named }
  }

  #growBounds(): void {
    const larger = new Int32Array(this.#bounds.length * 2)
    larger.set(this.#bounds)
    this.#bounds = larger
  }
}
