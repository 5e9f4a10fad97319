import type { Problem } from '../units/judgement.ts'
import { isRefusedRowsHeader, REPORT_COLUMNS } from './mapping.ts'

/** A refused row as kept: the cells of the file as they were read. */
export interface RefusedRow {
  row: number
  line: number
  cells: readonly string[]
  problems: readonly Problem[]
}

const BOM = '\ufeff'
const LINE_END = '\r\n'
const JOINED_BY = '; '
const FORMULA = /^[=+\-@\t\r]/
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/

/** A cell for a file that people open in a spreadsheet: a leading `'` keeps what looks like a formula from running. */
export function safeCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const line = (cells: readonly string[]): string => cells.map(safeCell).join(',') + LINE_END

/** Writes the lines of a refused-rows file for a header: CSV with comma, CRLF and BOM. */
export interface RefusedCsv {
  header: string
  row(refused: RefusedRow): string
}

/**
 * The refused rows of a file as a file that can be mended and sent again: its own columns, then `_row`, `_line`,
 * `_column`, `_code`, `_message` (several reasons joined by `; `) and `_extra` with the cells beyond the header. The
 * report columns of a file that is such a file itself are written anew.
 */
export function refusedCsv(columns: readonly string[]): RefusedCsv {
  const report: readonly string[] = REPORT_COLUMNS
  const isReport = isRefusedRowsHeader(columns)
  const own = [...columns.keys()].filter((i) => !isReport || !report.includes(columns[i] as string))
  return {
    header: BOM + line([...own.map((i) => columns[i] as string), ...report]),
    row: ({ row, line: lineNumber, cells, problems }) =>
      line([
        ...own.map((i) => cells[i] ?? ''),
        String(row),
        String(lineNumber),
        ...(['column', 'code', 'message'] as const).map((part) => joined(problems, part)),
        cells.slice(columns.length).join(JOINED_BY),
      ]),
  }
}

function joined(problems: readonly Problem[], part: keyof Problem): string {
  return problems.map((problem) => problem[part]).join(JOINED_BY)
}
