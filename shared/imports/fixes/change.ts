import { isRealDay } from '../../units/dates.ts'
import type { Problem } from '../../units/judgement.ts'
import { trimText } from '../../units/text.ts'
import { ROW_PROBLEMS } from '../problem.ts'
import type { Reading } from './reading.ts'
import type { AgainFix, CellChange, GroupFix } from './schema.ts'

const DATE = /^(\d{1,4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})((?:\s+|T)\d{1,2}:\d{2}(?::\d{2})?)?$/
const YEAR_DIGITS = 4
/** Cells are kept up to so many characters: one of that length may have been cut. */
export const KEPT_CELL_CHARS = 10_000

const two = (digits: string) => digits.padStart(2, '0')

/** A date whose parts stand in the given order as `YYYY-MM-DD` with its time of day, if any; null when it is none. */
export function readDate(text: string, order: 'DMY' | 'MDY' | 'YMD'): string | null {
  const found = DATE.exec(text)
  if (found === null) return null
  const [, a = '', b = '', c = '', time = ''] = found
  const [year, month, day] = order === 'DMY' ? [c, b, a] : order === 'MDY' ? [c, a, b] : [a, b, c]
  if (year.length !== YEAR_DIGITS || month.length > 2 || day.length > 2) return null
  if (!isRealDay(Number(year), Number(month), Number(day))) return null
  const clock = time.replace('T', ' ').trim()
  return `${year}-${two(month)}-${two(day)}${clock === '' ? '' : ` ${clock.padStart(clock.length + (clock.indexOf(':') === 1 ? 1 : 0), '0')}`}`
}

/** The text of a field after a change; the same text where the change does not apply. */
export function changed(change: CellChange, text: string): string {
  if (change.to === 'value') return change.value
  if (change.to === 'empty') return ''
  if (change.to === 'date') return readDate(text, change.order) ?? text
  const entry = Object.entries(change.values).find(([from]) => trimText(from) === text)
  return entry === undefined ? text : entry[1]
}

/** Whether a reason is that of a group. */
export const isOf = (problem: Pick<Problem, 'code' | 'column'>, group: Pick<GroupFix, 'code' | 'column'>) =>
  problem.code === group.code && problem.column === (group.column ?? '')

/** A refused row as it is kept. */
export interface KeptRow {
  row: number
  line: number
  problems: readonly Problem[]
  cells: readonly string[]
}

/** Whether the reason is about the row as such, so that its cells say nothing. */
export const isRowProblem = (code: string): boolean => Object.hasOwn(ROW_PROBLEMS, code)

/** What a row becomes under some fixes: its cells, and what changed of its fields. */
export interface Mended {
  cells: string[]
  changes: { field: string; before: string; after: string }[]
}

/**
 * Applies to a row all fixes that are about one of its reasons. Null when it cannot be tried again as it is kept: the
 * row itself could not be read, or a cell was cut when it was kept.
 */
export function mend(kept: KeptRow, fixes: readonly AgainFix[], reading: Reading): Mended | null {
  if (kept.problems.some(({ code }) => isRowProblem(code))) return null
  const cells = [...kept.cells]
  const changes: Mended['changes'] = []
  for (const fix of fixes) {
    if (fix.change === undefined || !kept.problems.some((problem) => isOf(problem, fix))) continue
    const field = fix.field ?? fix.column ?? ''
    const places = reading.placesOf(field)
    const [first, ...others] = places
    if (first === undefined) continue
    const before = reading.valueOf(field, cells)
    const after = changed(fix.change, before)
    if (after === before) continue
    while (cells.length <= Math.max(...places)) cells.push('')
    cells[first] = after
    for (const other of others) cells[other] = ''
    changes.push({ field, before, after })
  }
  return cells.some((cell) => cell.length >= KEPT_CELL_CHARS || cell.includes('\ufffd'))
    ? null
    : { cells, changes }
}
