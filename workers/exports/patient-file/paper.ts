import type { Sheet } from '../../../shared/documents/sheet.ts'
import { shownDay, shownInstant, type Texts } from '../../../shared/documents/words.ts'
import { flowing, gap, line, rule } from '../../../shared/documents/write.ts'

const LINE = 1.35
const FOOT_LINES = 2.2
const LABEL_PART = 0.27
const SMALL = 0.85

/** A text in both languages. */
export const both = <Key extends string>(
  table: Texts<Key>,
  key: Key,
  values: Readonly<Record<string, string>> = {},
): string =>
  [table[key].en, table[key].ms]
    .filter((text, at, all) => all.indexOf(text) === at)
    .map((text) => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole))
    .join(' / ')

export const dayOf = (day: string): string => shownDay(day, 'en')
export const momentOf = (at: string): string => shownInstant(new Date(at), 'en')

/** Paper over many pages, each with its foot. */
export interface Paper {
  sheet: Sheet
  /** A line that may not stand alone at the end of a page: what follows it begins on the same one. */
  title(text: string): void
  /** Text of any length. */
  text(text: string, indentPt?: number): void
  /** A label and its value of any length; nothing where there is none. */
  field(label: string, value: string | null | undefined): void
  /** Ends the last page. */
  end(): void
}

/** Writes on a sheet that was begun; `foot` says what stands below on every page. */
export function paperOn(sheet: Sheet, foot: (page: number) => [left: string, right: string]): Paper {
  let page = 1
  const bottomPt = sheet.bottom - sheet.textPt * LINE * FOOT_LINES
  const sizePt = sheet.textPt * SMALL * 1.08
  const finish = () => {
    const [left, right] = foot(page)
    sheet.y = sheet.bottom - sheet.textPt * LINE
    const style = { sizePt: sheet.textPt * 0.7, grey: 0.4 }
    const y = sheet.y
    line(sheet, left, style)
    sheet.y = y
    line(sheet, right, { ...style, align: 'right' })
  }
  const turn = () => {
    finish()
    page++
    sheet.pdf.addPage({ size: [sheet.left + sheet.right, sheet.top + sheet.bottom], margin: 0 })
    sheet.y = sheet.top
  }
  const labelPt = (sheet.right - sheet.left) * LABEL_PART
  return {
    sheet,
    title(text) {
      if (sheet.y + sheet.textPt * LINE * 4 > bottomPt) turn()
      line(sheet, text, { weight: 'bold' })
    },
    text: (text, indentPt = 0) => flowing(sheet, text, { sizePt, indentPt, bottomPt }, turn),
    field(label, value) {
      if (value === null || value === undefined || value === '') return
      if (sheet.y + sizePt * LINE > bottomPt) turn()
      const y = sheet.y
      const own: Sheet = { ...sheet, right: sheet.left + labelPt - sheet.textPt * 0.5 }
      line(own, label, { sizePt: sizePt * 0.92, grey: 0.35 })
      sheet.y = y
      flowing(sheet, value, { sizePt, indentPt: labelPt, bottomPt }, turn)
    },
    end: finish,
  }
}

/** Begins a section. */
export function section(paper: Paper, title: string): void {
  gap(paper.sheet, 0.6)
  paper.title(title)
  rule(paper.sheet)
}
