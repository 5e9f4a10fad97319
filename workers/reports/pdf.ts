import { once } from 'node:events'
import { type Clinic, clinicHead, heading } from '../../shared/documents/head.ts'
import { drawDocument, type Sheet } from '../../shared/documents/sheet.ts'
import type { Language } from '../../shared/documents/words.ts'
import { shownDay, shownInstant, textsIn } from '../../shared/documents/words.ts'
import { type Cell, gap, line, row, rule } from '../../shared/documents/write.ts'
import type { Sink } from '../../shared/files/sink.ts'
import type { CellType, Column, Row } from '../../shared/files/table.ts'
import { drawChart, type Point } from './chart.ts'

/** Rows that are printed; a longer list is read in a spreadsheet. */
export const PRINTED_ROWS = 2000

const TEXTS = {
  total: { en: 'Total', ms: 'Jumlah' },
  made: { en: 'Made {at}', ms: 'Dibuat {at}' },
  page: { en: 'Page {n}', ms: 'Muka {n}' },
  none: { en: 'There is nothing in this period.', ms: 'Tiada apa-apa dalam tempoh ini.' },
  cut: {
    en: 'The first {n} of {all} rows. Take this report as a spreadsheet to have all of them.',
    ms: '{n} daripada {all} baris pertama. Dapatkan laporan ini sebagai hamparan untuk semuanya.',
  },
} as const

/** What is printed. */
export interface Printed {
  clinic: Clinic
  language: Language
  title: string
  /** Lines below the title: the period, whose figures. */
  about: readonly string[]
  columns: readonly Column[]
  rows: readonly Row[]
  /** All rows there are, where only the first are printed. */
  rowCount: number
  totals: Row | null
  chart: { kind: 'bars' | 'lines'; title: string; points: readonly Point[] } | null
  madeAt: Date
}

const PART: Readonly<Record<CellType, number>> = {
  text: 3,
  integer: 1.5,
  number: 1.8,
  money: 2,
  day: 2,
  instant: 3,
}
const FOOT_LINES = 2
const LINE = 1.35
const THOUSANDS = /\B(?=(\d{3})+(?!\d))/g

/** A cell as people read it. */
function shown({ type }: Column, cell: Row[number], language: Language): string {
  if (cell === null || cell === undefined) return ''
  if (type === 'day') return shownDay(String(cell), language)
  if (type === 'instant') return shownInstant(new Date(String(cell)), language)
  if (type !== 'money' && type !== 'integer') return String(cell)
  const [whole = '', sen] = String(cell).split('.')
  return whole.replace(THOUSANDS, ',') + (sen === undefined ? '' : `.${sen}`)
}

const isLeft = ({ type }: Column) => type === 'text' || type === 'day' || type === 'instant'

function cellsOf(sheet: Sheet, { columns, language }: Printed, of: Row, style: Partial<Cell> = {}): Cell[] {
  return columns.map((column, at) => ({
    text: shown(column, of[at] ?? null, language),
    part: PART[column.type],
    align: isLeft(column) ? ('left' as const) : ('right' as const),
    sizePt: sheet.textPt * 0.76,
    ...style,
  }))
}

function tableHead(sheet: Sheet, printed: Printed): void {
  row(
    sheet,
    printed.columns.map((column) => ({
      text: column.title,
      part: PART[column.type],
      align: isLeft(column) ? 'left' : 'right',
      sizePt: sheet.textPt * 0.72,
      weight: 'bold',
      shrink: 0.6,
    })),
  )
  rule(sheet)
}

function footOf(sheet: Sheet, printed: Printed, n: number): void {
  const text = textsIn(TEXTS, printed.language)
  const style = { sizePt: sheet.textPt * 0.7, grey: 0.4 }
  sheet.y = sheet.bottom - sheet.textPt * LINE * 0.8
  row(sheet, [
    { ...style, part: 1, text: text('made', { at: shownInstant(printed.madeAt, printed.language) }) },
    { ...style, part: 1, text: text('page', { n: String(n) }), align: 'right' },
  ])
}

function draw(sheet: Sheet, printed: Printed): void {
  const text = textsIn(TEXTS, printed.language)
  const room = () => sheet.bottom - sheet.textPt * LINE * FOOT_LINES - sheet.y
  let page = 1
  const turn = () => {
    footOf(sheet, printed, page++)
    sheet.pdf.addPage({ size: [sheet.right + sheet.left, sheet.bottom + sheet.top], margin: 0 })
    sheet.y = sheet.top
    line(sheet, printed.title, { sizePt: sheet.textPt * 0.8, grey: 0.35 })
    tableHead(sheet, printed)
  }
  clinicHead(sheet, printed.clinic, printed.language)
  heading(sheet, printed.title)
  for (const each of printed.about) line(sheet, each, { align: 'center', sizePt: sheet.textPt * 0.85 })
  gap(sheet, 0.6)
  if (printed.chart !== null && printed.chart.points.length > 1) drawChart(sheet, printed.chart)
  if (printed.rows.length === 0) line(sheet, text('none'))
  else tableHead(sheet, printed)
  for (const each of printed.rows) {
    if (room() < sheet.textPt) turn()
    row(sheet, cellsOf(sheet, printed, each))
  }
  if (printed.totals !== null && printed.rows.length > 0) {
    if (room() < sheet.textPt * LINE * FOOT_LINES) turn()
    rule(sheet)
    const [first, ...rest] = cellsOf(sheet, printed, printed.totals, { weight: 'bold' })
    row(sheet, [
      { ...(first as Cell), text: first?.text === '' ? text('total') : (first?.text ?? '') },
      ...rest,
    ])
  }
  if (printed.rowCount > printed.rows.length) {
    if (room() < sheet.textPt * LINE * FOOT_LINES) turn()
    gap(sheet, 0.5)
    const all = { n: String(printed.rows.length), all: String(printed.rowCount) }
    line(sheet, text('cut', all), { sizePt: sheet.textPt * 0.8 })
  }
  footOf(sheet, printed, page)
}

/** Prints a report on A4: the clinic's head, a chart, and the table over as many pages as it needs. */
export async function printReport(sink: Sink, printed: Printed): Promise<void> {
  const { title, language, madeAt } = printed
  const pdf = drawDocument({ paper: 'A4', title, language, madeAt }, (sheet) => draw(sheet, printed))
  pdf.pipe(sink.stream)
  await once(sink.stream, 'finish')
}
