import { AppError } from '../../errors/app-error.ts'
import { trimText } from '../../units/text.ts'
import { importKind } from '../kinds.ts'
import { mappedCells, suggestMapping } from '../mapping.ts'
import { EXTRA_CELLS, MAX_COLUMNS, SAMPLE_ROWS } from '../reader.ts'
import type { Mapping } from '../schema.ts'
import type { RowMark } from '../staged-row.ts'
import type { SheetRow } from './sheet.ts'
import type { RowSink } from './staged-writer.ts'

const NRIC_DIGITS = 12
const SAMPLE_CHARS = 4 * 1024 * 1024
/** How a field that is a day, and no moment, says so of itself. */
const DAY_FORMAT = /^YYYY-MM-DD or /
const MIDNIGHT = / 00:00(?::00)?$/

/** What the mapping of the columns says about cells that were numbers. */
interface Hints {
  /** Columns that are looked at at all. */
  mapped: ReadonlySet<number>
  /** Columns of days: midnight is no part of them. */
  days: ReadonlySet<number>
  /** Columns with ID numbers. */
  idNumbers: ReadonlySet<number>
  /** Whether the ID of these cells is an NRIC. */
  isNric(cells: readonly string[]): boolean
}

function hintsOf(kind: string, columns: readonly string[], sample: string[][], given: Mapping): Hints {
  const { mapping } = suggestMapping(kind, columns, sample, given)
  const placesOf = (names: readonly string[]) =>
    mappedCells(columns, Object.fromEntries(Object.entries(mapping).filter(([name]) => names.includes(name))))
  const days = importKind(kind).fields.filter(({ format }) => DAY_FORMAT.test(format))
  const idTypes = [...placesOf(['id_type'])]
  const said = mapping.id_type
  const fixed = typeof said === 'object' && 'value' in said ? said.value : ''
  return {
    mapped: mappedCells(columns, mapping),
    days: placesOf(days.map(({ name }) => name)),
    idNumbers: placesOf(['id_number']),
    isNric: (cells) => [fixed, ...idTypes.map((at) => cells[at] ?? '')].some((type) => isNric(type)),
  }
}

const isNric = (type: string): boolean => trimText(type).toUpperCase() === 'NRIC'
const isBlank = (cell: string): boolean => trimText(cell) === ''

/**
 * Turns the rows of a sheet into rows of a table: the first one that is not blank is the header, blank ones are left
 * out. The first rows wait until the columns are known by them, as an import will know them.
 */
export class SheetRows {
  readonly #kind: string
  readonly #given: Mapping
  readonly #sink: RowSink
  #columns: string[] | null = null
  #hints: Hints | null = null
  #waiting: SheetRow[] = []
  #waitingChars = 0

  constructor(kind: string, given: Mapping, sink: RowSink) {
    this.#kind = kind
    this.#given = given
    this.#sink = sink
  }

  take(row: SheetRow): void {
    if (this.#columns === null) this.#header(row)
    else if (isEmpty(row)) return
    else if (this.#hints !== null) this.#write(row, this.#columns, this.#hints)
    else {
      this.#waiting.push(row)
      for (const cell of row.cells) this.#waitingChars += cell.length
      if (this.#waiting.length >= SAMPLE_ROWS || this.#waitingChars >= SAMPLE_CHARS)
        this.#decide(this.#columns)
    }
  }

  /** After the last row. Throws `import/empty-file` when there was not even a header. */
  finish(): void {
    if (this.#columns === null)
      throw new AppError('import/empty-file', { detail: 'The first sheet of the workbook is empty.' })
    if (this.#hints === null) this.#decide(this.#columns)
  }

  #header(row: SheetRow): void {
    if (isEmpty(row)) return
    const columns = row.cells.map(trimText)
    while (columns.at(-1) === '') columns.pop()
    if (row.isTooWide || columns.length > MAX_COLUMNS)
      throw badHeader(`The header in row ${row.line} has more than ${MAX_COLUMNS} columns.`)
    if (row.isTooLong) throw badHeader(`The header in row ${row.line} is longer than 1 MB.`)
    this.#columns = columns
    this.#sink.columns(columns)
  }

  #decide(columns: readonly string[]): void {
    const whole = this.#waiting.filter((row) => !row.isTooLong && !row.isTooWide)
    const sample = whole.map(({ cells }) => cells.slice(0, columns.length))
    const hints = hintsOf(this.#kind, columns, sample, this.#given)
    this.#hints = hints
    for (const row of this.#waiting) this.#write(row, columns, hints)
    this.#waiting = []
  }

  #write(row: SheetRow, columns: readonly string[], hints: Hints): void {
    const width = columns.length
    const { cells } = row
    for (const column of row.typed) {
      const cell = cells[column]
      if (cell === undefined) continue
      if (hints.days.has(column)) cells[column] = cell.replace(MIDNIGHT, '')
      else if (hints.idNumbers.has(column) && /^\d{1,12}$/.test(cell) && hints.isNric(cells))
        cells[column] = cell.padStart(NRIC_DIGITS, '0')
    }
    let last = cells.length
    while (last > width && isBlank(cells[last - 1] as string)) last--
    while (cells.length < width) cells.push('')
    const kept = Math.min(Math.max(last, width), width + EXTRA_CELLS)
    this.#sink.row(
      markOf(row, last > width, columns, hints),
      kept === cells.length ? cells : cells.slice(0, kept),
    )
  }
}

function markOf(
  { line, isTooLong, isTooWide, faults }: SheetRow,
  isBeyond: boolean,
  columns: readonly string[],
  hints: Hints,
): RowMark {
  if (isTooLong) return { line, problem: 'ROW_TOO_LONG' }
  if (isBeyond || isTooWide) return { line, problem: 'COLUMN_COUNT' }
  const fault = faults.find(({ column }) => hints.mapped.has(column))
  return fault === undefined ? { line } : { line, problem: fault.code, column: columns[fault.column] ?? '' }
}

const isEmpty = ({ cells, faults, isTooWide, isTooLong }: SheetRow): boolean =>
  !isTooWide && !isTooLong && faults.length === 0 && cells.every(isBlank)

const badHeader = (detail: string) => new AppError('import/bad-header', { detail })
