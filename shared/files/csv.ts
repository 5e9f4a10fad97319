import type { Sink } from './sink.ts'
import type { Column, Row, TableWriter } from './table.ts'

const BOM = '\ufeff'
const LINE_END = '\r\n'
/**
 * What a spreadsheet takes for the beginning of a formula, in the wide forms of East Asia too; behind a `'` of its own
 * it is guarded as well, so that taking one `'` away always gives the text back.
 */
const FORMULA = /^'*[=+\-@\t\r\0＝＋－＠]/
const SPECIAL = /^['=+\-@\t\r\0＝＋－＠\s]|[",\r\n]|\s$/

/** A cell of text in a file that people open in a spreadsheet: a leading `'` keeps what looks like a formula still. */
export function safeText(text: string): string {
  if (!SPECIAL.test(text)) return text
  const safe = FORMULA.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}

/** A line; cells that are not text are numbers and dates of ours and stay what they are, a negative sum too. */
function lineOf(row: Row, isText: readonly boolean[]): string {
  let line = ''
  for (let at = 0; at < row.length; at++) {
    const cell = row[at]
    if (at > 0) line += ','
    if (cell === null || cell === undefined) continue
    line += isText[at] ? safeText(String(cell)) : cell
  }
  return line + LINE_END
}

/** CSV by RFC 4180 with comma and CRLF, in UTF-8 with BOM, without formulas. `header` are the first line's words. */
export async function csvWriter(
  sink: Sink,
  columns: readonly Column[],
  header: readonly string[],
): Promise<TableWriter> {
  const isText = columns.map(({ type }) => type === 'text')
  await sink.write(BOM + header.map(safeText).join(',') + LINE_END)
  return {
    rows: (rows) => {
      let text = ''
      for (const row of rows) text += lineOf(row, isText)
      return sink.write(text)
    },
    totals: (row) => sink.write(lineOf(row, isText)),
    end: async () => undefined,
  }
}
