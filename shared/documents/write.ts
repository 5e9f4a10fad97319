import { charactersOf, printable, runsOf, type Weight } from './fonts.ts'
import { chooseFont, type Sheet } from './sheet.ts'

export interface TextStyle {
  weight?: Weight
  /** Points; the paper's ordinary size if absent. */
  sizePt?: number
  align?: 'left' | 'center' | 'right'
  /** How far a line that is too long may shrink before it is cut, as a part of its size. */
  shrink?: number
  /** Grey from 0 (black) to 1. */
  grey?: number
}

/** A part of the page's width. */
interface Span {
  left: number
  width: number
}

const LINE_HEIGHT = 1.35
const ASCENT = 1.02
const SHRINK = 0.75
const SHRINK_STEP = 0.95
const ELLIPSIS = '…'

const sizeOf = (sheet: Sheet, style: TextStyle): number => style.sizePt ?? sheet.textPt
const wholeWidth = (sheet: Sheet): Span => ({ left: sheet.left, width: sheet.right - sheet.left })

/** Width of printable text, points. */
export function widthOf(sheet: Sheet, text: string, sizePt: number, weight: Weight = 'regular'): number {
  let width = 0
  for (const run of runsOf(text, weight)) {
    chooseFont(sheet, run.font, sizePt)
    width += sheet.pdf.widthOfString(run.text)
  }
  return width
}

/** The longest beginning that fits with an ellipsis behind it. */
function cut(sheet: Sheet, text: string, sizePt: number, weight: Weight, width: number): string {
  const characters = charactersOf(text)
  let [fits, over] = [0, characters.length]
  while (over - fits > 1) {
    const middle = (fits + over) >> 1
    const part = `${characters.slice(0, middle).join('').trimEnd()}${ELLIPSIS}`
    if (widthOf(sheet, part, sizePt, weight) <= width) fits = middle
    else over = middle
  }
  return `${characters.slice(0, fits).join('').trimEnd()}${ELLIPSIS}`
}

/** Text and size with which it fits into a width: shrunk as far as it may be, then cut. */
function fitted(
  sheet: Sheet,
  text: string,
  style: TextStyle,
  width: number,
): { text: string; sizePt: number } {
  const full = sizeOf(sheet, style)
  const weight = style.weight ?? 'regular'
  const natural = widthOf(sheet, text, full, weight)
  if (natural <= width) return { text, sizePt: full }
  const least = full * (style.shrink ?? SHRINK)
  for (let sizePt = Math.max(least, full * (width / natural)); sizePt >= least; sizePt *= SHRINK_STEP)
    if (widthOf(sheet, text, sizePt, weight) <= width) return { text, sizePt }
  return { text: cut(sheet, text, least, weight, width), sizePt: least }
}

/** Draws fitted text in a span at the present line, without moving on. */
function put(sheet: Sheet, raw: string, style: TextStyle, span: Span, baselinePt: number): void {
  const { pdf } = sheet
  const { text, sizePt } = fitted(sheet, printable(raw).trim(), style, span.width)
  const weight = style.weight ?? 'regular'
  const free = span.width - widthOf(sheet, text, sizePt, weight)
  let x = span.left + (style.align === 'right' ? free : style.align === 'center' ? free / 2 : 0)
  const shade = Math.round((style.grey ?? 0) * 255)
  pdf.fillColor([shade, shade, shade])
  for (const run of runsOf(text, weight)) {
    chooseFont(sheet, run.font, sizePt)
    pdf.text(run.text, x, baselinePt, { lineBreak: false, baseline: 'alphabetic' })
    x += pdf.widthOfString(run.text)
  }
}

/** One line; too long a text shrinks, then ends in an ellipsis: it never leaves its width. */
export function line(sheet: Sheet, text: string, style: TextStyle = {}): void {
  const sizePt = sizeOf(sheet, style)
  put(sheet, text, style, wholeWidth(sheet), sheet.y + sizePt * ASCENT)
  sheet.y += sizePt * LINE_HEIGHT
}

/** One cell of a {@link row}; `part` is its share of the width. */
export interface Cell extends TextStyle {
  text: string
  part: number
}

const GAP = 0.5

/** Cells side by side on one line, each within its own width. */
export function row(sheet: Sheet, cells: readonly Cell[]): void {
  const sizePt = Math.max(...cells.map((cell) => sizeOf(sheet, cell)))
  const gap = sizePt * GAP
  const parts = cells.reduce((sum, { part }) => sum + part, 0)
  const free = sheet.right - sheet.left - gap * (cells.length - 1)
  let left = sheet.left
  for (const cell of cells) {
    const width = (free * cell.part) / parts
    put(sheet, cell.text, cell, { left, width }, sheet.y + sizePt * ASCENT)
    left += width + gap
  }
  sheet.y += sizePt * LINE_HEIGHT
}

// Chinese is written without spaces and may break between any two characters
const PIECES = /[\p{Script=Han}]|[^\s\p{Script=Han}]+|\s+/gu

/** Words of a text, those that are wider than a line in pieces. */
function piecesOf(sheet: Sheet, text: string, sizePt: number, weight: Weight, width: number): string[] {
  const pieces = text.match(PIECES) ?? []
  return pieces.flatMap((piece) =>
    widthOf(sheet, piece, sizePt, weight) > width ? charactersOf(piece) : [piece],
  )
}

/** Lines into which a text breaks. */
function linesOf(sheet: Sheet, text: string, style: TextStyle, width: number): string[] {
  const sizePt = sizeOf(sheet, style)
  const weight = style.weight ?? 'regular'
  const lines: string[] = []
  let present = ''
  for (const piece of piecesOf(sheet, text, sizePt, weight, width)) {
    if (present !== '' && widthOf(sheet, `${present}${piece}`.trimEnd(), sizePt, weight) > width) {
      lines.push(present)
      present = piece.trimStart()
    } else present += piece
  }
  return [...lines, present]
}

export interface ParagraphStyle extends TextStyle {
  /** Lines at most; the last one ends in an ellipsis where more would follow. */
  maxLines?: number
  /** Points from the left margin. */
  indentPt?: number
  /** Points kept free on the right, for something that stands there. */
  keepRightPt?: number
}

/** Height that a text takes as a {@link paragraph} across the page, points, without a limit of lines. */
export function heightOf(sheet: Sheet, text: string, style: TextStyle = {}): number {
  const { width } = wholeWidth(sheet)
  const lines = text.split(/\r?\n/).flatMap((part) => linesOf(sheet, printable(part), style, width))
  return lines.length * sizeOf(sheet, style) * LINE_HEIGHT
}

/** Text over several lines, with the line breaks it has; nothing is written below the bottom of the page. */
export function paragraph(sheet: Sheet, text: string, style: ParagraphStyle = {}): void {
  const sizePt = sizeOf(sheet, style)
  const whole = wholeWidth(sheet)
  const indent = style.indentPt ?? 0
  const span = { left: whole.left + indent, width: whole.width - indent - (style.keepRightPt ?? 0) }
  const lines = text.split(/\r?\n/).flatMap((part) => linesOf(sheet, printable(part), style, span.width))
  const room = Math.max(0, Math.floor((sheet.bottom - sheet.y) / (sizePt * LINE_HEIGHT) + 0.01))
  const most = Math.min(style.maxLines ?? room, room)
  lines.slice(0, most).forEach((each, at) => {
    const more = at === most - 1 && lines.length > most
    // the rest is handed over whole, so that it is cut where the line ends
    const shown = more ? `${each}${lines.slice(most).join('')}` : each
    put(sheet, shown, more ? { ...style, shrink: 1 } : style, span, sheet.y + sizePt * ASCENT)
    sheet.y += sizePt * LINE_HEIGHT
  })
}

/** Text of any length with the line breaks it has; where the page ends, `turn` begins the next one. */
export function flowing(
  sheet: Sheet,
  text: string,
  style: TextStyle & { indentPt?: number; bottomPt: number },
  turn: () => void,
): void {
  const sizePt = sizeOf(sheet, style)
  const whole = wholeWidth(sheet)
  const indent = style.indentPt ?? 0
  const span = { left: whole.left + indent, width: whole.width - indent }
  for (const each of text
    .split(/\r?\n/)
    .flatMap((part) => linesOf(sheet, printable(part), style, span.width))) {
    if (sheet.y + sizePt * LINE_HEIGHT > style.bottomPt) turn()
    put(sheet, each, style, span, sheet.y + sizePt * ASCENT)
    sheet.y += sizePt * LINE_HEIGHT
  }
}

/** A label and beside it its value, over as many lines as it needs (two by default). */
export function field(
  sheet: Sheet,
  label: string,
  value: string,
  style: ParagraphStyle & { labelPt?: number } = {},
): void {
  const sizePt = sizeOf(sheet, style)
  const labelPt = style.labelPt ?? (sheet.right - sheet.left) * 0.32
  const span = { left: sheet.left, width: labelPt - sizePt * GAP }
  put(sheet, label, { sizePt, grey: 0.35 }, span, sheet.y + sizePt * ASCENT)
  paragraph(sheet, value, { maxLines: 2, ...style, indentPt: labelPt })
}

/** Room between lines, in lines. */
export function gap(sheet: Sheet, lines = 1): void {
  sheet.y += sheet.textPt * LINE_HEIGHT * lines
}

/** A thin line across the page. */
export function rule(sheet: Sheet): void {
  const y = sheet.y + sheet.textPt * 0.3
  sheet.pdf.moveTo(sheet.left, y).lineTo(sheet.right, y).lineWidth(0.5).strokeColor([150, 150, 150]).stroke()
  sheet.y += sheet.textPt * 0.8
}
