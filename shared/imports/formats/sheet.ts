import { AppError } from '../../errors/app-error.ts'
import type { RowProblemCode } from '../problem.ts'
import { EXTRA_CELLS, MAX_COLUMNS } from '../reader.ts'
import { MAX_RECORD_BYTES } from '../scanner.ts'
import { dateText, isoText, type NumberStyle, numberText, plainText } from './cell-value.ts'
import { MAX_CELL_CHARS, MAX_SHEET_ROWS } from './limits.ts'
import { TextCollector } from './text-collector.ts'
import type { XmlHandlers } from './xml-scanner.ts'

/** A row of a sheet with the texts of its cells. */
export interface SheetRow {
  /** Row number as the spreadsheet shows it. */
  line: number
  cells: string[]
  /** Columns whose text was made of a number. */
  typed: number[]
  /** Cells that cannot be read. */
  faults: { column: number; code: RowProblemCode }[]
  /** Something stands further right than cells are kept. */
  isTooWide: boolean
  isTooLong: boolean
}

export interface SheetOptions {
  styles: readonly NumberStyle[]
  is1904: boolean
  /** Text of a shared number. */
  textOf(index: number): string | undefined
  /** Told every row that has cells, in file order; may throw `ENOUGH`. */
  row(row: SheetRow): void
}

const MAX_KEPT = MAX_COLUMNS + EXTRA_CELLS
const A = 64
const LETTERS = 26

/** `AB12` → 27; -1 when there is no column in it. */
export function columnOf(reference: string): number {
  let column = 0
  for (let i = 0; i < reference.length; i++) {
    const letter = (reference.charCodeAt(i) & 0xdf) - A
    if (letter < 1 || letter > LETTERS) break
    column = column * LETTERS + letter
  }
  return column - 1
}

/** Makes rows of what an XML reader tells of a sheet. Values are told as they are stored; formulas are not looked at. */
export function sheetHandlers(options: SheetOptions): XmlHandlers {
  const collector = new TextCollector('text')
  let row: SheetRow = emptyRow(0)
  let chars = 0
  let column = -1
  let type = 'n'
  let style: NumberStyle | undefined
  let value = ''
  let isValue = false
  let hasFormula = false
  let isData = false

  const put = (text: string): void => {
    if (text === '') return
    if (column >= MAX_KEPT) {
      row.isTooWide = true
      return
    }
    chars += text.length
    if (chars > MAX_RECORD_BYTES) row.isTooLong = true
    while (row.cells.length <= column) row.cells.push('')
    row.cells[column] = row.isTooLong ? '' : text
  }
  const fault = (code: RowProblemCode) => {
    if (row.faults.length < MAX_COLUMNS) row.faults.push({ column, code })
  }

  const shared = (text: string | undefined) => (text === undefined ? fault('CELL_ERROR') : put(text))

  function endCell(): void {
    if (type === 'inlineStr') put(plainText(collector.value))
    else if (value === '') {
      if (hasFormula && type !== 'str') fault('NO_FORMULA_VALUE')
    } else if (type === 's') shared(options.textOf(Number(value)))
    else if (type === 'str') put(plainText(value))
    else if (type === 'b') put(value.trim() === '1' || value.trim() === 'true' ? 'TRUE' : 'FALSE')
    else if (type === 'e') {
      put(value)
      fault('CELL_ERROR')
    } else {
      if (column < MAX_KEPT) row.typed.push(column)
      if (type === 'd') put(isoText(value))
      else put(style?.isDate ? dateText(value, style, options.is1904) : numberText(value, style))
    }
  }

  function beginRow(reference: string | undefined): void {
    const line = Number(reference ?? '')
    row = emptyRow(Number.isInteger(line) && line > 0 ? line : row.line + 1)
    if (row.line > MAX_SHEET_ROWS) {
      throw new AppError('import/too-much-inside', {
        detail: `The sheet has more than ${MAX_SHEET_ROWS} rows, more than a workbook can hold.`,
      })
    }
    chars = 0
    column = -1
  }

  return {
    open(name, attributes) {
      if (!isData) {
        if (name === 'sheetData') isData = true
      } else if (name === 'c') {
        column = attributes.r === undefined ? column + 1 : columnOf(attributes.r)
        if (column < 0) column = 0
        type = attributes.t ?? 'n'
        style = attributes.s === undefined ? undefined : options.styles[Number(attributes.s)]
        value = ''
        hasFormula = false
        if (type === 'inlineStr') collector.clear()
      } else if (name === 'v') isValue = true
      else if (name === 'row') beginRow(attributes.r)
      else if (name === 'f') hasFormula = true
      else collector.enter(name)
    },
    text(text) {
      if (isValue) {
        if (value.length + text.length <= MAX_CELL_CHARS) value += text
        else row.isTooLong = true
      } else collector.add(text)
    },
    close(name) {
      if (!isData) return
      if (name === 'v') isValue = false
      else if (name === 'c') endCell()
      else if (name === 'row') options.row(row)
      else if (name === 'sheetData') isData = false
      else collector.leave(name)
    },
  }
}

const emptyRow = (line: number): SheetRow => ({
  line,
  cells: [],
  typed: [],
  faults: [],
  isTooWide: false,
  isTooLong: false,
})
