import { Readable } from 'node:stream'
import { raw } from 'mysql2'
import type { Config } from '../../shared/config/config.ts'
import type { Knex } from '../../shared/db/connect.ts'
import { ChunkConflict } from '../runtime/bulk-work.ts'
import { RowText } from './row-text.ts'

/** How rows get into a table: LOAD DATA where the server allows it, else multi-row INSERT. */
export interface BulkInsert {
  /** An empty text that {@link BulkInsert.write} takes. */
  text(): RowText
  write(trx: Knex.Transaction, table: string, columns: readonly string[], rows: RowText): Promise<void>
}

interface LoadResult {
  affectedRows: number
  warningStatus: number
}

const ER_DUP_ENTRY_AS_WARNING = 'a row was not taken as it is'

const listed = (columns: readonly string[]): string => columns.map(() => '??').join(',')

/**
 * Loads rows through LOAD DATA LOCAL from memory, never a path. LOCAL implies IGNORE: duplicates are skipped and long
 * texts cut with no more than a warning, so anything but zero warnings and every row throws {@link ChunkConflict}.
 * `binary`: the text is UTF-8 and so are the columns; bytes are then looked for that end a value, not letter by letter,
 * and each column checks what it gets as it would otherwise.
 */
export const loadData: BulkInsert = {
  text: RowText.lines,
  async write(trx, table, columns, rows) {
    if (rows.count === 0) return
    const sql = `load data local infile 'rows' into table ?? character set binary (${listed(columns)})`
    const stream = () => Readable.from(rows.parts(), { objectMode: false })
    const [result] = (await trx.raw(sql, [table, ...columns]).options({ infileStreamFactory: stream })) as [
      LoadResult,
    ]
    if (result.warningStatus !== 0 || result.affectedRows !== rows.count)
      throw new ChunkConflict(ER_DUP_ENTRY_AS_WARNING)
  },
}

/** Writes rows by INSERT, many a statement: for servers that forbid LOCAL INFILE. */
export const insertRows: BulkInsert = {
  text: RowText.literals,
  async write(trx, table, columns, rows) {
    for (const part of rows.parts()) {
      // the values are spelled out already, all but the comma at their end is put in as it is
      const values = raw(part.toString('utf8', 0, part.length - 1))
      await trx.raw('insert into ?? (??) values ?', [table, columns, values] as unknown as Knex.RawBinding[])
    }
  },
}

/** The quickest way that this server and the settings allow. */
export async function chooseBulkInsert(
  db: Knex,
  { IMPORT_LOAD }: Pick<Config, 'IMPORT_LOAD'>,
): Promise<{ insert: BulkInsert; isLoadData: boolean }> {
  if (IMPORT_LOAD === 'insert') return { insert: insertRows, isLoadData: false }
  const [[row]] = (await db.raw('select @@global.local_infile as allowed')) as [
    [{ allowed: number | string }],
  ]
  return Number(row.allowed) === 1
    ? { insert: loadData, isLoadData: true }
    : { insert: insertRows, isLoadData: false }
}
