import { mm, type Sheet } from '../../shared/documents/sheet.ts'
import { line, row } from '../../shared/documents/write.ts'

/** A value of a chart under its name. */
export interface Point {
  label: string
  value: number
}

const HEIGHT_MM = 45
const MOST_BARS = 12
const MOST_POINTS = 400
const SHADE: [number, number, number] = [38, 110, 130]
const GREY: [number, number, number] = [200, 205, 210]
const STEPS = 4

/** A round number of which four reach the highest value. */
function stepOf(highest: number): number {
  const raw = Math.max(highest, 1) / STEPS
  const power = 10 ** Math.floor(Math.log10(raw))
  return ([1, 2, 2.5, 5, 10].find((each) => each * power >= raw) ?? 10) * power
}

const short = (value: number): string =>
  value >= 10_000 ? `${Math.round(value / 1000)}k` : String(Math.round(value * 100) / 100)

function grid(sheet: Sheet, left: number, top: number, height: number, step: number): void {
  const { pdf } = sheet
  const sizePt = sheet.textPt * 0.62
  for (let n = 0; n <= STEPS; n++) {
    const y = top + height - (height * n) / STEPS
    pdf.moveTo(left, y).lineTo(sheet.right, y).lineWidth(0.4).strokeColor(GREY).stroke()
    const label: Sheet = { ...sheet, right: left - mm(1.5), y: y - sizePt * 0.7 }
    line(label, short(step * n), { sizePt, align: 'right', grey: 0.4 })
  }
}

/** Draws a chart across the page and moves on below it. Bars: the largest twelve in their order; lines: all points. */
export function drawChart(
  sheet: Sheet,
  { kind, title, points }: { kind: 'bars' | 'lines'; title: string; points: readonly Point[] },
): void {
  line(sheet, title, { sizePt: sheet.textPt * 0.8, weight: 'bold' })
  sheet.y += mm(2)
  const { pdf } = sheet
  const largest = [...points].sort((one, other) => other.value - one.value).slice(0, MOST_BARS)
  const drawn =
    kind === 'bars' ? points.filter((each) => largest.includes(each)) : points.slice(0, MOST_POINTS)
  const left = sheet.left + mm(13)
  const [top, height, width] = [sheet.y, mm(HEIGHT_MM), sheet.right - left]
  const step = stepOf(Math.max(...drawn.map(({ value }) => value)))
  grid(sheet, left, top, height, step)
  const yOf = (value: number) => top + height - (height * Math.max(0, value)) / (step * STEPS)
  const each = width / drawn.length
  if (kind === 'bars')
    drawn.forEach(({ value }, at) => {
      const y = yOf(value)
      pdf.rect(left + each * (at + 0.18), y, each * 0.64, top + height - y).fill(SHADE)
    })
  else {
    drawn.forEach(({ value }, at) => {
      const [x, y] = [left + each * (at + 0.5), yOf(value)]
      if (at === 0) pdf.moveTo(x, y)
      else pdf.lineTo(x, y)
    })
    pdf.lineWidth(1.4).strokeColor(SHADE).stroke()
  }
  labels(sheet, { left, top: top + height + mm(1), drawn })
  sheet.y = top + height + mm(7)
}

/** Names below the values; where there are many, some of them at even distances. */
function labels(sheet: Sheet, at: { left: number; top: number; drawn: readonly Point[] }): void {
  const every = Math.ceil(at.drawn.length / MOST_BARS)
  const shown = at.drawn.filter((_, n) => n % every === 0)
  const below: Sheet = { ...sheet, left: at.left, y: at.top }
  row(
    below,
    shown.map(({ label }) => ({
      text: label,
      part: 1,
      align: every === 1 ? 'center' : 'left',
      sizePt: sheet.textPt * 0.62,
      shrink: 0.7,
      grey: 0.3,
    })),
  )
}
