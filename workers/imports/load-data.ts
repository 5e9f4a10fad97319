import { Readable } from 'node:stream'
import type { Knex } from '../../shared/db/connect.ts'
import { ChunkConflict } from '../runtime/bulk-work.ts'

const SPECIAL = /[\\\t\n\r\0]/
const EVERY_SPECIAL = /[\\\t\n\r\0]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' }

export type Cell = string | number | null

/** One value as LOAD DATA reads it. */
export function escapeCell(cell: Cell): string {
  if (cell === null) return '\\N'
  if (typeof cell === 'number') return String(cell)
  return SPECIAL.test(cell) ? cell.replace(EVERY_SPECIAL, (char) => ESCAPES[char] as string) : cell
}

/** Rows as the tab-separated text that LOAD DATA reads. */
export function encodeRows(rows: readonly (readonly Cell[])[]): Buffer {
  let text = ''
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) text += (i === 0 ? '' : '\t') + escapeCell(row[i] as Cell)
    text += '\n'
  }
  return Buffer.from(text, 'utf8')
}

/** Rows that were encoded before their transaction began, by the columns they will be loaded into. */
export interface EncodedRows {
  count: number
  body: Buffer
}

/** Rows on their way into a table. */
export type Rows = readonly (readonly Cell[])[] | EncodedRows

const isEncoded = (rows: Rows): rows is EncodedRows => !Array.isArray(rows)

const FIRST_BYTES = 64 * 1024
const LONGEST_UTF8 = 3
const TAB = 9
const LF = 10
const IS_SPECIAL = new Uint8Array(128)
for (const char of Object.keys(ESCAPES)) IS_SPECIAL[char.charCodeAt(0)] = 1

/** Writes rows straight into the bytes that LOAD DATA reads: no strings in between for the collector to carry about. */
export class LoadText implements EncodedRows {
  count = 0
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #at = 0

  get body(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  /** The next value of the row. */
  cell(cell: string | null): void {
    const text = cell ?? '\\N'
    this.#reserve(text.length * LONGEST_UTF8 + 1)
    const bytes = this.#bytes
    let at = this.#at
    const isNull = cell === null
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (!isNull && (unit >= IS_SPECIAL.length || IS_SPECIAL[unit] === 1)) {
        at = this.#at + bytes.write(escapeCell(text), this.#at)
        break
      }
      bytes[at++] = unit
    }
    bytes[at++] = TAB
    this.#at = at
  }

  endRow(): void {
    this.#bytes[this.#at - 1] = LF
    this.count++
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + more))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

/** The driver sends each slice as one packet; servers refuse packets over `max_allowed_packet`. */
const SLICE_BYTES = 1024 * 1024

function* slices(body: Buffer): Generator<Buffer, void> {
  for (let at = 0; at < body.length; at += SLICE_BYTES) yield body.subarray(at, at + SLICE_BYTES)
}

interface LoadResult {
  affectedRows: number
  warningStatus: number
}

/** How rows get into a table: LOAD DATA where the server allows it, else multi-row INSERT. */
export type BulkInsert = (
  trx: Knex.Transaction,
  table: string,
  columns: readonly string[],
  rows: Rows,
) => Promise<void>

const ER_DUP_ENTRY_AS_WARNING = 'a row was not taken as it is'

/**
 * Loads rows through LOAD DATA LOCAL from memory, never a path. LOCAL implies IGNORE: duplicates are skipped and long
 * texts cut with no more than a warning, so anything but zero warnings and every row throws {@link ChunkConflict}.
 */
export const loadData: BulkInsert = async (trx, table, columns, rows) => {
  const { count, body } = isEncoded(rows) ? rows : { count: rows.length, body: encodeRows(rows) }
  if (count === 0) return
  const sql = `load data local infile 'rows' into table ?? character set utf8mb4 (${columns.map(() => '??').join(',')})`
  const stream = () => Readable.from(slices(body), { objectMode: false })
  const [result] = (await trx.raw(sql, [table, ...columns]).options({ infileStreamFactory: stream })) as [
    LoadResult,
  ]
  if (result.warningStatus !== 0 || result.affectedRows !== count)
    throw new ChunkConflict(ER_DUP_ENTRY_AS_WARNING)
}

/** Half a thousand patients or two thousand words: far below `max_allowed_packet` even where all cells are long. */
const INSERT_CELLS = 10_000

/** Writes rows by INSERT, many a statement: for servers that forbid LOCAL INFILE. */
export const insertRows: BulkInsert = async (trx, table, columns, rows) => {
  if (isEncoded(rows)) throw new TypeError('Encoded rows can only be loaded')
  const rowsAtOnce = Math.ceil(INSERT_CELLS / columns.length)
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const some = rows.slice(from, from + rowsAtOnce)
    // all rows as one binding, which the driver writes out: a placeholder for every cell costs more than the cell
    await trx.raw('insert into ?? (??) values ?', [table, columns, some] as unknown as Knex.RawBinding[])
  }
}

/** The quickest way that this server allows. */
export async function chooseBulkInsert(db: Knex): Promise<{ insert: BulkInsert; isLoadData: boolean }> {
  const [[row]] = (await db.raw('select @@global.local_infile as allowed')) as [
    [{ allowed: number | string }],
  ]
  return Number(row.allowed) === 1
    ? { insert: loadData, isLoadData: true }
    : { insert: insertRows, isLoadData: false }
}
