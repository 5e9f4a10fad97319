import type { Db, Knex } from '../db/connect.ts'
import type { Cell } from '../files/table.ts'

/** Stand for the end of a cell and for nothing at all: control characters that no keyboard has. */
const CELL_END = '\x1f'
const NOTHING = '\x1e'

/** Rows of one statement with the ids of the first and the last of them; null: there are none. */
export interface Page {
  first: string | null
  last: string | null
  rows: Cell[][]
}

type Select = (columns: readonly (string | Knex.Raw)[]) => Knex.QueryBuilder

/** Cells as text in one column of the answer, in the order of the expressions. */
function joined(db: Db, expressions: readonly string[]): Knex.Raw {
  const cells = expressions.map((sql) => `ifnull(${sql}, char(30 using utf8mb4))`)
  return db.raw(`concat_ws(char(31 using utf8mb4), ${cells.join(', ')})`)
}

/** Ids of the first and the last row, which stand in front. */
function endsOf(found: readonly Cell[][]): Pick<Page, 'first' | 'last'> {
  const id = (row: Cell[] | undefined) => (row === undefined ? null : String(row[0]))
  return { first: id(found[0]), last: id(found.at(-1)) }
}

async function plainly(db: Db, select: Select, id: string, expressions: readonly string[]): Promise<Page> {
  const found = (await select([id, ...expressions.map((sql) => db.raw(sql))])) as Cell[][]
  const ends = endsOf(found)
  for (const row of found) row.shift()
  return { ...ends, rows: found }
}

/**
 * Reads rows with all their cells in one column: the driver's work on a cell is most of what an export of many columns
 * costs, its work on a row is little. A page with a cell that holds the separator itself is read plainly, once more.
 * Every cell is text or null.
 */
export async function pageInOneColumn(
  db: Db,
  select: Select,
  id: string,
  expressions: readonly string[],
): Promise<Page> {
  const found = (await select([id, joined(db, expressions)])) as [string, string][]
  const rows: Cell[][] = []
  for (const [, line] of found) {
    const cells: Cell[] = line.split(CELL_END)
    if (cells.length !== expressions.length) return plainly(db, select, id, expressions)
    for (let at = 0; at < cells.length; at++) if (cells[at] === NOTHING) cells[at] = null
    rows.push(cells)
  }
  return { ...endsOf(found), rows }
}
