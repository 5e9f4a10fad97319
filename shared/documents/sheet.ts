import PDFDocument from 'pdfkit'
import { type FontName, fontOf } from './fonts.ts'

/**
 * Print-outs. A domain makes one like this, and answers it as `{ stream, headers: pdfHeaders('R-000123') }`:
 *
 *     const clinic = await clinicOnPaper(deps)
 *     const text = textsIn(RECEIPT, language)
 *     return drawDocument({ paper: 'A5', title: 'Receipt', language, madeAt }, (sheet) => {
 *       clinicHead(sheet, clinic, language)
 *       heading(sheet, text('title'))
 *       field(sheet, text('patient'), patient.name)
 *       row(sheet, [{ text: 'Paracetamol 500 mg', part: 3 }, { text: '4.50', part: 1, align: 'right' }])
 *       rule(sheet)
 *     })
 *
 * Names may be in any script of the country. A text never leaves its place: `line` and `row` shrink, then end in an
 * ellipsis; `paragraph` and `field` wrap. Texts stand in a table of the domain (`words.ts`). `madeAt` is when the thing
 * was made, not when it is printed, so that a document always has the same bytes.
 */

const POINTS_PER_MM = 72 / 25.4
/** Points of so many millimetres. */
export const mm = (length: number): number => length * POINTS_PER_MM

interface Paper {
  widthMm: number
  /** `contents`: a roll, cut where the text ends. */
  heightMm: number | 'contents'
  marginMm: number
  /** Size of ordinary text, points. */
  textPt: number
}

/** Papers of the clinic. */
export const PAPERS = {
  A4: { widthMm: 210, heightMm: 297, marginMm: 18, textPt: 10.5 },
  A5: { widthMm: 148, heightMm: 210, marginMm: 12, textPt: 9.5 },
  roll80: { widthMm: 80, heightMm: 'contents', marginMm: 4, textPt: 8.5 },
  label85x55: { widthMm: 85, heightMm: 55, marginMm: 3, textPt: 8 },
} as const satisfies Record<string, Paper>
/** A key of {@link PAPERS}. */
export type PaperName = keyof typeof PAPERS

/** A page that is being written from top to bottom. All lengths in points. */
export interface Sheet {
  readonly pdf: PDFKit.PDFDocument
  readonly paper: PaperName
  /** The area inside the margins. */
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly textPt: number
  /** Where the next line begins; every writer moves it. */
  y: number
  /** Fonts this document has been given. */
  readonly fonts: Set<FontName>
}

export interface DocumentOptions {
  paper: PaperName
  /** Name of the document in a viewer's title; no personal data. */
  title: string
  language: 'en' | 'ms'
  /** When the thing that is printed was made: with it, the same thing always gives the same bytes. */
  madeAt: Date
}

/** As long as a page may be, for measuring a roll. */
const ENDLESS_PT = 14_000

function newSheet(options: DocumentOptions, heightPt: number): Sheet {
  const { widthMm, marginMm, textPt } = PAPERS[options.paper]
  const margin = mm(marginMm)
  const size: [number, number] = [mm(widthMm), heightPt]
  const { title, language: lang, madeAt } = options
  const info = { Title: title, Producer: 'clinic', Creator: 'clinic', CreationDate: madeAt, ModDate: madeAt }
  // no font of its own to begin with: pdfkit would read one of its standard fonts for every document
  const pdf = new PDFDocument({ size, margin: 0, info, lang, font: null as unknown as string })
  return {
    pdf,
    paper: options.paper,
    left: margin,
    right: size[0] - margin,
    top: margin,
    bottom: heightPt - margin,
    textPt,
    y: margin,
    fonts: new Set(),
  }
}

/** Chooses the font of what is drawn or measured next. */
export function chooseFont(sheet: Sheet, name: FontName, sizePt: number): void {
  const { pdf, fonts } = sheet
  // pdfkit takes a font that was read already, which its types do not know
  if (!fonts.has(name)) pdf.registerFont(name, fontOf(name) as unknown as Buffer)
  fonts.add(name)
  pdf.font(name, sizePt)
}

/**
 * Draws a document and answers it as a stream that ends by itself; `draw` writes on the {@link Sheet} by the functions
 * of `write.ts`. Deterministic: same calls, same bytes. A roll is drawn twice, the first time for its height.
 * Throws what `draw` throws before there is a stream, so an error still becomes an answer.
 *
 * One page costs 8 ms of processor time, with Tamil or Chinese names 20–25 ms (measured; the first one of a process up
 * to 160 ms, while fonts are read), so single print-outs are made where they are asked for; long lists belong into a
 * worker.
 */
export function drawDocument(options: DocumentOptions, draw: (sheet: Sheet) => void): NodeJS.ReadableStream {
  const { heightMm } = PAPERS[options.paper]
  let heightPt: number
  if (heightMm === 'contents') {
    const trial = newSheet(options, ENDLESS_PT)
    draw(trial)
    heightPt = Math.min(ENDLESS_PT, Math.ceil(trial.y + trial.top))
  } else heightPt = mm(heightMm)
  const sheet = newSheet(options, heightPt)
  draw(sheet)
  sheet.pdf.end()
  return sheet.pdf
}

/**
 * Begins a document of many pages that is written piece by piece, so that others get a turn in between. `sheet.pdf` is
 * the stream; whoever began it turns its pages and ends it with `sheet.pdf.end()`.
 */
export function beginDocument(options: DocumentOptions & { paper: 'A4' | 'A5' }): Sheet {
  return newSheet(options, mm(PAPERS[options.paper].heightMm))
}

/** Headers of a PDF that a browser shows; `name` without ending, letters and digits only. */
export const pdfHeaders = (name: string): Record<string, string> => ({
  'Content-Type': 'application/pdf',
  'Content-Disposition': `inline; filename="${name.replace(/[^\w-]/g, '-')}.pdf"`,
})
