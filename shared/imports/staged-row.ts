import type { Problem } from '../units/judgement.ts'
import { ROW_PROBLEMS, type RowProblemCode, rowProblem } from './problem.ts'

/** What stands between the cells of a staged file. */
export const STAGED_DELIMITER = ','

/** Where a row stood in its own file, and what is wrong with it as a row. */
export interface RowMark {
  /** Row of the sheet or line of the file, 1 = first. */
  line: number
  problem?: RowProblemCode
  /** The column that the problem is about, if it is one cell's. */
  column?: string
}

/** The first cell of a staged row: the line, then, if any, the problem and its column. */
export function markText({ line, problem, column }: RowMark): string {
  if (problem === undefined) return String(line)
  return column === undefined ? `${line} ${problem}` : `${line} ${problem} ${column}`
}

/** A row as everybody reads it, made of the cells of a staged one. */
export function stagedRow(
  row: number,
  cells: string[],
): { row: number; line: number; cells: string[]; problem?: Problem } {
  const mark = cells.shift() ?? ''
  const line = Number.parseInt(mark, 10)
  const problem = problemOf(mark)
  return problem === null ? { row, line, cells } : { row, line, cells, problem }
}

function problemOf(mark: string): Problem | null {
  const at = mark.indexOf(' ')
  if (at < 0) return null
  const next = mark.indexOf(' ', at + 1)
  const code = next < 0 ? mark.slice(at + 1) : mark.slice(at + 1, next)
  if (!Object.hasOwn(ROW_PROBLEMS, code)) return null
  return rowProblem(code as RowProblemCode, next < 0 ? '' : mark.slice(next + 1))
}
