import type { Sink } from './sink.ts'
import type { Cell, Column, Row, TableWriter } from './table.ts'

/** A cell as JSON: counts are numbers, money stays its exact decimal text. */
export const jsonCell = ({ type }: Column, cell: Cell): Cell =>
  cell !== null && (type === 'integer' || type === 'number') ? Number(cell) : cell

/** One row as an object by the columns' keys. */
export const jsonRow = (columns: readonly Column[], row: Row): Record<string, Cell> =>
  Object.fromEntries(columns.map((column, at) => [column.key, jsonCell(column, row[at] ?? null)]))

/** One JSON object a line; `toObject` says what of a row. */
export function ndjsonWriter(sink: Sink, toObject: (row: Row) => unknown): TableWriter {
  return {
    rows: (rows) => {
      let text = ''
      for (const row of rows) text += `${JSON.stringify(toObject(row))}\n`
      return sink.write(text)
    },
    end: async () => undefined,
  }
}
