import { open } from 'node:fs/promises'
import iconv from 'iconv-lite'
import { AppError } from '../errors/app-error.ts'
import { looksBinary, nameContent } from './content.ts'
import { ENCODING_SAMPLE_BYTES, findEncoding } from './encoding.ts'
import { RecordScanner } from './scanner.ts'
import type { Delimiter, Encoding } from './schema.ts'

/** What the caller says about a file; each overrides what would be found. */
export interface SniffOptions {
  format?: 'csv' | 'tsv'
  encoding?: Encoding
  delimiter?: Delimiter
}

export type LineEnd = 'lf' | 'crlf' | 'cr' | 'mixed' | 'none'

/** What a text file with rows and columns looks like. */
export interface Sniffed {
  format: 'csv' | 'tsv'
  encoding: Encoding
  delimiter: Delimiter
  lineEnd: LineEnd
}

/** Bytes from which delimiter and line ends are told: hundreds of rows. */
const STRUCTURE_SAMPLE_BYTES = 256 * 1024
const STRUCTURE_SAMPLE_ROWS = 100
const MAX_COUNTED_CELLS = 2_000
const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|']

/**
 * Finds out how to read a file from its first 4 MB, whatever its size. Throws `import/not-a-table` naming what the file
 * is when it is no delimited text, `import/unknown-encoding`, or `import/empty-file`; nothing else, for any bytes.
 */
export async function sniffFile(path: string, options: SniffOptions = {}): Promise<Sniffed> {
  const { sample, isWhole } = await readBeginning(path, ENCODING_SAMPLE_BYTES)
  return sniffBytes(sample, isWhole, options)
}

async function readBeginning(path: string, bytes: number): Promise<{ sample: Buffer; isWhole: boolean }> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const sample = Buffer.allocUnsafe(Math.min(size, bytes))
    let length = 0
    while (length < sample.length) {
      const { bytesRead } = await file.read(sample, length, sample.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return { sample: sample.subarray(0, length), isWhole: size <= length }
  } finally {
    await file.close()
  }
}

/** {@link sniffFile} for bytes already read; `isWhole` says that nothing follows them. */
export function sniffBytes(sample: Buffer, isWhole: boolean, options: SniffOptions = {}): Sniffed {
  if (sample.length === 0) throw new AppError('import/empty-file', { detail: 'The file is empty.' })
  const content = nameContent(sample)
  if (content !== null) throw new AppError('import/not-a-table', { detail: `The file is ${content}.` })
  const { encoding, bomBytes } = findEncoding(sample, options.encoding)
  if (!encoding.startsWith('utf-16') && looksBinary(sample)) {
    throw new AppError('import/not-a-table', { detail: 'The file is no text.' })
  }
  const beginning = sample.subarray(bomBytes, bomBytes + STRUCTURE_SAMPLE_BYTES)
  const isAll = isWhole && beginning.length === sample.length - bomBytes
  const text =
    encoding === 'utf-8' ? beginning : Buffer.from(iconv.decode(beginning, encoding, { stripBOM: false }))
  const chosen = options.delimiter ?? (options.format === 'tsv' ? '\t' : undefined)
  const looks = (chosen === undefined ? DELIMITERS : [chosen]).map((delimiter) =>
    look(text, delimiter, isAll),
  )
  if (looks.every(({ rows }) => rows === 0) && isAll) {
    throw new AppError('import/empty-file', { detail: 'The file has nothing but blank lines.' })
  }
  const best = looks.reduce((a, b) => (better(b, a) ? b : a))
  const { delimiter, lineEnd } = best
  return { format: delimiter === '\t' ? 'tsv' : 'csv', encoding, delimiter, lineEnd }
}

interface Look {
  delimiter: Delimiter
  rows: number
  /** Cells of the first row. */
  headerCells: number
  /** Share of the rows that have as many. */
  share: number
  lineEnd: LineEnd
}

/** How the sample falls into rows and cells with this delimiter. */
function look(text: Buffer, delimiter: Delimiter, isAll: boolean): Look {
  const scanner = new RecordScanner(delimiter, 0, MAX_COUNTED_CELLS)
  const bytes = Buffer.concat([text, Buffer.alloc(1)])
  const counts: number[] = []
  const ends = { lf: 0, crlf: 0, cr: 0 }
  for (let at = 0; at < text.length && counts.length < STRUCTURE_SAMPLE_ROWS; ) {
    const found = scanner.scan(bytes, at, text.length, isAll)
    if (found === 'more' || found === 'long') break
    if (found === 'blank') at = scanner.blankEnd
    else {
      if (found.problem === null) counts.push(found.cells.length)
      at = found.end
      const last = bytes[at - 1]
      if (last === 13) ends.cr++
      else if (last === 10) ends[bytes[at - 2] === 13 ? 'crlf' : 'lf']++
    }
  }
  const headerCells = counts[0] ?? 0
  const share =
    counts.length === 0 ? 0 : counts.filter((count) => count === headerCells).length / counts.length
  return { delimiter, rows: counts.length, headerCells, share, lineEnd: nameLineEnd(ends) }
}

function nameLineEnd(ends: { lf: number; crlf: number; cr: number }): LineEnd {
  const found = (['lf', 'crlf', 'cr'] as const).filter((end) => ends[end] > 0)
  return found.length > 1 ? 'mixed' : (found[0] ?? 'none')
}

/** A delimiter that the header has beats one that it has not; then the evener rows, then the more columns. */
function better(a: Look, b: Look): boolean {
  const aSplits = a.headerCells > 1
  if (aSplits !== b.headerCells > 1) return aSplits
  return a.share !== b.share ? a.share > b.share : a.headerCells > b.headerCells
}
