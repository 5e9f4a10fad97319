import { Readable } from 'node:stream'
import type { Knex } from '../../shared/db/connect.ts'
import { ChunkConflict } from '../runtime/bulk-work.ts'

const SPECIAL = /[\\\t\n\r\0]/
const EVERY_SPECIAL = /[\\\t\n\r\0]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' }

export type Cell = string | number | null

function escapeCell(cell: Cell): string {
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

const encoded = new WeakMap<readonly (readonly Cell[])[], Buffer>()

/** Encodes rows before their transaction begins; {@link loadData} finds them again by the same array. */
export function encodeAhead(rows: readonly (readonly Cell[])[]): void {
  encoded.set(rows, encodeRows(rows))
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
  rows: readonly (readonly Cell[])[],
) => Promise<void>

const ER_DUP_ENTRY_AS_WARNING = 'a row was not taken as it is'

/**
 * Loads rows through LOAD DATA LOCAL from memory, never a path. LOCAL implies IGNORE: duplicates are skipped and long
 * texts cut with no more than a warning, so anything but zero warnings and every row throws {@link ChunkConflict}.
 */
export const loadData: BulkInsert = async (trx, table, columns, rows) => {
  if (rows.length === 0) return
  const body = encoded.get(rows) ?? encodeRows(rows)
  const sql = `load data local infile 'rows' into table ?? character set utf8mb4 (${columns.map(() => '??').join(',')})`
  const stream = () => Readable.from(slices(body), { objectMode: false })
  const [result] = (await trx.raw(sql, [table, ...columns]).options({ infileStreamFactory: stream })) as [
    LoadResult,
  ]
  if (result.warningStatus !== 0 || result.affectedRows !== rows.length)
    throw new ChunkConflict(ER_DUP_ENTRY_AS_WARNING)
}

const INSERT_ROWS = 500

/** Writes rows by INSERT, 500 a statement: for servers that forbid LOCAL INFILE. */
export const insertRows: BulkInsert = async (trx, table, columns, rows) => {
  for (let from = 0; from < rows.length; from += INSERT_ROWS) {
    const some = rows.slice(from, from + INSERT_ROWS)
    const places = some.map(() => `(${columns.map(() => '?').join(',')})`).join(',')
    const names = columns.map(() => '??').join(',')
    await trx.raw(`insert into ?? (${names}) values ${places}`, [
      table,
      ...columns,
      ...some.flat(),
    ] as Knex.Value[])
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
