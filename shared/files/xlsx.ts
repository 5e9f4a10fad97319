import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { ZipFile } from 'yazl'
import { clinicDay, clinicDayStart } from '../units/dates.ts'
import type { Sink } from './sink.ts'
import type { Cell, CellType, Column, Row, TableWriter } from './table.ts'

/** Rows of one sheet; Excel takes 1,048,576 with the header. */
const SHEET_ROWS = 1_000_000
const SHEET_BUFFER_BYTES = 256 * 1024
/** Quick rather than small: the sheet's text shrinks to a tenth anyway. */
const COMPRESSION = 2
const DAY_MS = 86_400_000
const EPOCH_MS = Date.UTC(1899, 11, 30)
/** Excel believes in a 29 February 1900; days before are written as text. */
const FIRST_SERIAL_ON = '1900-03-01'

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Cell formats by their place in the style sheet below. */
const STYLE: Readonly<Record<CellType | 'header', number>> = {
  text: 0,
  integer: 0,
  number: 0,
  header: 1,
  day: 2,
  instant: 3,
  money: 4,
}
const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/><xf numFmtId="4" applyNumberFormat="1"/></cellXfs></styleSheet>`

const MARKUP = /[&<>\r]/g
const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
// control characters and lone surrogates are not allowed in XML at all
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu
const PLAIN = /^[\x20-\x25\x27-\x3b\x3d\x3f-\x7e]*$/

const xmlText = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text.replace(FORBIDDEN, '').replace(MARKUP, (character) => ENTITY[character] as string)

const LETTERS = 26
const A = 65
/** The name of a column, from 0: A, B … Z, AA. */
const letterOf = (at: number): string =>
  (at < LETTERS ? '' : letterOf(Math.floor(at / LETTERS) - 1)) + String.fromCharCode(A + (at % LETTERS))

const textCell = (place: string, text: string, style: number): string =>
  text === ''
    ? ''
    : `<c r="${place}" t="inlineStr"${style === 0 ? '' : ` s="${style}"`}><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`

const serialOf = (day: string): number => (Date.parse(`${day}T00:00:00Z`) - EPOCH_MS) / DAY_MS

/** Days since Excel's beginning, in the clinic's time. */
function instantSerial(at: string): number {
  const instant = new Date(at)
  const day = clinicDay(instant)
  return serialOf(day) + (instant.getTime() - clinicDayStart(day).getTime()) / DAY_MS
}

/** Text is always a cell of text, so that nothing in it is ever a formula; numbers and dates are ones. */
function cellOf(place: string, type: CellType, cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (type === 'text') return textCell(place, String(cell), 0)
  if (type === 'day') {
    const day = String(cell)
    return day < FIRST_SERIAL_ON
      ? textCell(place, day, 0)
      : `<c r="${place}" s="2"><v>${serialOf(day)}</v></c>`
  }
  if (type === 'instant') return `<c r="${place}" s="3"><v>${instantSerial(String(cell)).toFixed(8)}</v></c>`
  const style = STYLE[type]
  return style === 0
    ? `<c r="${place}"><v>${cell}</v></c>`
    : `<c r="${place}" s="${style}"><v>${cell}</v></c>`
}

const WIDTH: Readonly<Record<CellType, number>> = {
  text: 24,
  integer: 10,
  number: 10,
  money: 14,
  day: 12,
  instant: 17,
}

function sheetHead(columns: readonly Column[], header: readonly string[]): string {
  const widths = columns.map(
    ({ type }, at) => `<col min="${at + 1}" max="${at + 1}" width="${WIDTH[type]}" customWidth="1"/>`,
  )
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
  const cells = header.map((title, at) => textCell(`${letterOf(at)}1`, title, STYLE.header)).join('')
  return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData><row r="1">${cells}</row>`
}
const SHEET_FOOT = '</sheetData></worksheet>'

function workbookParts(sheets: number, title: string): Record<string, string> {
  const each = (part: (n: number) => string) => Array.from({ length: sheets }, (_, n) => part(n + 1)).join('')
  const sheet = (n: number) =>
    `<sheet name="${xmlText(n === 1 ? title : `${title} ${n}`)}" sheetId="${n}" r:id="rId${n}"/>`
  const type = (part: string, of: string) =>
    `<Override PartName="/xl/${part}.xml" ContentType="${CONTENT}.${of}+xml"/>`
  const relation = (id: string, of: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${of}" Target="${target}"/>`
  return {
    '[Content_Types].xml': `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${type('workbook', 'sheet.main')}${type('styles', 'styles')}${each((n) => type(`worksheets/sheet${n}`, 'worksheet'))}</Types>`,
    '_rels/.rels': `${XML}<Relationships xmlns="${RELATIONS}">${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${each(sheet)}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${RELATIONS}">${each((n) => relation(`rId${n}`, 'worksheet', `worksheets/sheet${n}.xml`))}${relation('rIdS', 'styles', 'styles.xml')}</Relationships>`,
    'xl/styles.xml': STYLES,
  }
}

export interface XlsxOptions {
  columns: readonly Column[]
  header: readonly string[]
  /** Name of the sheet, at most 25 characters without `[]:*?/\`. */
  sheet: string
  /** Rows after which another sheet begins. */
  sheetRows?: number
}

/**
 * A workbook that is written while its rows come: one buffer of a sheet's text, whatever its length. The common
 * libraries hand a sheet to the archive without waiting for it; this one waits, so memory stays flat.
 */
export function xlsxWriter(sink: Sink, options: XlsxOptions): TableWriter {
  const { columns, header, sheetRows = SHEET_ROWS } = options
  const types = columns.map(({ type }) => type)
  const letters = columns.map((_, at) => letterOf(at))
  const zip = new ZipFile()
  let failure: Error | null = null
  const fail = (error: unknown) => {
    failure ??= error instanceof Error ? error : new Error('the archive failed')
  }
  zip.on('error', fail)
  zip.outputStream.on('error', fail)
  zip.outputStream.pipe(sink.stream)
  // whoever waits for the sheet would wait for ever for a disk that takes no more
  sink.stream.on('error', (error) => {
    fail(error)
    sheet?.destroy(error)
  })
  let sheet: PassThrough | null = null
  let [sheets, inSheet] = [0, 0]

  const write = async (text: string) => {
    if (failure !== null) throw failure
    if (sheet !== null && !sheet.write(text)) await once(sheet, 'drain')
  }
  const begin = () => {
    sheet = new PassThrough({ highWaterMark: SHEET_BUFFER_BYTES })
    sheet.on('error', fail)
    sheets++
    inSheet = 0
    zip.addReadStream(sheet, `xl/worksheets/sheet${sheets}.xml`, { compressionLevel: COMPRESSION })
    return write(sheetHead(columns, header))
  }
  const finishSheet = async () => {
    await write(SHEET_FOOT)
    sheet?.end()
  }
  // places are written though they may be left out: some readers cannot do without
  const rowsOf = (rows: readonly Row[]) => {
    let text = ''
    for (const row of rows) {
      const no = ++inSheet + 1
      text += `<row r="${no}">`
      for (let at = 0; at < types.length; at++)
        text += cellOf(letters[at] + String(no), types[at] as CellType, row[at] ?? null)
      text += '</row>'
    }
    return text
  }

  const writer: TableWriter = {
    async rows(rows) {
      for (let at = 0; at < rows.length; ) {
        if (sheet === null || inSheet === sheetRows) {
          if (sheet !== null) await finishSheet()
          await begin()
        }
        const part = rows.slice(at, at + sheetRows - inSheet)
        await write(rowsOf(part))
        at += part.length
      }
    },
    totals: async (row) => {
      if (sheet === null) await begin()
      await write(rowsOf([row]))
    },
    async end() {
      if (sheet === null) await begin()
      await finishSheet()
      const parts = workbookParts(sheets, options.sheet)
      for (const [path, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), path)
      zip.end()
      if (!sink.stream.writableFinished) await once(sink.stream, 'finish')
      if (failure !== null) throw failure
    },
  }
  return writer
}
