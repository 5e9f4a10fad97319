import type { Problem } from '../units/judgement.ts'
import { ROW_PROBLEMS, type RowProblemCode, rowProblem } from './problem.ts'

/** What stands between the cells of a staged file. */
export const STAGED_DELIMITER = ','

/** Where a row stood in its own file, and what is wrong with it as a row. */
export interface RowMark {
  /** Row of the sheet or line of the file, 1 = first. */
  line: number
  /** Its number among the rows of the file, where not all of them are here. */
  row?: number
  problem?: RowProblemCode
  /** The column that the problem is about, if it is one cell's. */
  column?: string
}

/** The first cell of a staged row: the line, its number, if that is to be said, then, if any, the problem and its column. */
export function markText({ line, row, problem, column }: RowMark): string {
  const place = row === undefined ? String(line) : `${line}:${row}`
  if (problem === undefined) return place
  return column === undefined ? `${place} ${problem}` : `${place} ${problem} ${column}`
}

/** A row as everybody reads it, made of the cells of a staged one. */
export function stagedRow(
  row: number,
  cells: string[],
): { row: number; line: number; cells: string[]; problem?: Problem } {
  const mark = cells.shift() ?? ''
  const line = Number.parseInt(mark, 10)
  const problem = problemOf(mark)
  const own = numberIn(mark) ?? row
  return problem === null ? { row: own, line, cells } : { row: own, line, cells, problem }
}

function numberIn(mark: string): number | null {
  const at = mark.indexOf(':')
  if (at < 0) return null
  const space = mark.indexOf(' ')
  // the column of a problem may have a colon in its name
  return space >= 0 && space < at ? null : Number.parseInt(mark.slice(at + 1), 10)
}

function problemOf(mark: string): Problem | null {
  const at = mark.indexOf(' ')
  if (at < 0) return null
  const next = mark.indexOf(' ', at + 1)
  const code = next < 0 ? mark.slice(at + 1) : mark.slice(at + 1, next)
  if (!Object.hasOwn(ROW_PROBLEMS, code)) return null
  return rowProblem(code as RowProblemCode, next < 0 ? '' : mark.slice(next + 1))
}
