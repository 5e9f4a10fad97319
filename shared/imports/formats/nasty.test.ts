import { open, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromXlsx, testFolder, textRow, workbookParts, writeZip } from './testing.ts'

let folder: Awaited<ReturnType<typeof testFolder>>
beforeAll(async () => {
  folder = await testFolder()
})
afterAll(() => folder.remove())

const MB = 1024 * 1024
let count = 0
const fresh = () => folder.path(`${++count}.xlsx`)
const zipOf = (parts: Record<string, string | Buffer>) => writeZip(fresh(), parts)
const HEADER = textRow(1, 'external_id', 'name')

/** Writes other bytes over a mark, wherever it stands. */
async function patched(path: string, change: (bytes: Buffer) => void): Promise<string> {
  const bytes = await readFile(path)
  change(bytes)
  await writeFile(path, bytes)
  return path
}
const CENTRAL = Buffer.from('504b0102', 'hex')
const UNPACKED_AT = 24

/** Every entry says that it unpacks to this. */
const saying = (size: number) => (bytes: Buffer) => {
  for (let at = bytes.indexOf(CENTRAL); at >= 0; at = bytes.indexOf(CENTRAL, at + 4))
    bytes.writeUInt32LE(size, at + UNPACKED_AT)
}

const without = (name: string) => {
  const parts: Record<string, string> = workbookParts(HEADER)
  delete parts[name]
  return zipOf(parts)
}
const sheetOf = (xml: string) => zipOf({ ...workbookParts(''), 'xl/worksheets/sheet1.xml': xml })
const DTD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

const CASES: [string, string, RegExp, () => Promise<string>][] = [
  [
    'is cut off',
    'import/broken-file',
    /cut off/,
    async () => {
      const path = await zipOf(workbookParts(HEADER))
      const file = await open(path, 'r+')
      await file.truncate(700)
      await file.close()
      return path
    },
  ],
  [
    'has 3,000 files',
    'import/too-much-inside',
    /3006 files/,
    () =>
      zipOf({
        ...workbookParts(HEADER),
        ...Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`f${i}`, ''])),
      }),
  ],
  [
    'says that it unpacks to 20 GB',
    'import/too-much-inside',
    /unpacks/,
    async () => patched(await zipOf(workbookParts(HEADER)), saying(0xf0000000)),
  ],
  [
    'unpacks 64 MB of one letter from 64 kB',
    'import/too-much-inside',
    /unpacks from 1 to 64 MB/,
    () => zipOf({ ...workbookParts(''), 'xl/worksheets/sheet1.xml': Buffer.alloc(64 * MB, ' ') }),
  ],
  [
    'unpacks to more than it says',
    'import/broken-file',
    /cannot be unpacked/,
    async () => patched(await zipOf(workbookParts(HEADER + textRow(2, 'x'.repeat(9000)))), saying(600)),
  ],
  [
    'is locked by a password as an archive',
    'import/protected-file',
    /password/,
    async () =>
      patched(await zipOf(workbookParts(HEADER)), (bytes) => {
        for (let at = bytes.indexOf(CENTRAL); at >= 0; at = bytes.indexOf(CENTRAL, at + 4))
          bytes.writeUInt16LE(1, at + 8)
      }),
  ],
  [
    'has a path out of the archive',
    'import/broken-file',
    /cannot be read/,
    async () =>
      patched(await zipOf({ ...workbookParts(HEADER), 'abcd/evil': 'x' }), (bytes) => {
        for (let at = bytes.indexOf('abcd/evil'); at >= 0; at = bytes.indexOf('abcd/evil', at + 1))
          bytes.write('../x', at)
      }),
  ],
  ['is a Word document', 'import/not-a-table', /Word/, () => zipOf({ 'word/document.xml': '<x/>' })],
  [
    'is an OpenDocument sheet',
    'import/not-a-table',
    /OpenDocument/,
    () => zipOf({ mimetype: 'application/x' }),
  ],
  ['is any archive', 'import/not-a-table', /without a workbook/, () => zipOf({ 'a.txt': 'x' })],
  ['is a binary workbook', 'import/not-a-table', /xlsb/, () => zipOf({ 'xl/workbook.bin': 'x' })],
  ['lacks its sheet', 'import/broken-file', /sheet1/, () => without('xl/worksheets/sheet1.xml')],
  ['lacks its list of sheets', 'import/not-a-table', /without a workbook/, () => without('xl/workbook.xml')],
  [
    'has its sheet in another file',
    'import/broken-file',
    /another file/,
    () => {
      const parts = workbookParts(HEADER)
      const relations = parts['xl/_rels/workbook.xml.rels'].replace(
        'Target="worksheets/sheet1.xml"',
        'Target="http://evil.example/x" TargetMode="External"',
      )
      return zipOf({ ...parts, 'xl/_rels/workbook.xml.rels': relations })
    },
  ],
  [
    'has a document type',
    'import/broken-file',
    /document type/,
    () => sheetOf(`${DTD}<worksheet><sheetData/></worksheet>`),
  ],
  [
    'has an entity that nobody declared',
    'import/broken-file',
    /unknown entity/,
    () => sheetOf('<worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>'),
  ],
  [
    'has a sheet whose XML ends early',
    'import/broken-file',
    /ends early/,
    () => sheetOf(`<worksheet><sheetData>${HEADER}<row r="2"><c>`),
  ],
  ['has no row', 'import/empty-file', /empty/, () => zipOf(workbookParts(''))],
  [
    'has 2,000 columns',
    'import/bad-header',
    /row 1 has more than 1000 columns/,
    () => zipOf(workbookParts(textRow(1, ...Array.from({ length: 2000 }, (_, i) => `c${i}`)))),
  ],
  [
    'has a million cells in its header',
    'import/bad-header',
    /1000 columns/,
    () => zipOf(workbookParts(`<row r="1">${'<c t="b"><v>1</v></c>'.repeat(1e6)}</row>`)),
  ],
  [
    'has a row beyond the last',
    'import/too-much-inside',
    /1048576 rows/,
    () => zipOf(workbookParts(`${HEADER}${textRow(1048577, 'x')}`)),
  ],
  [
    'has one text of 32 kB in 8,000 rows of 8 cells',
    'import/too-much-inside',
    /larger than/,
    () => {
      const texts = `<si><t>h</t></si><si><t>${'x'.repeat(32_000)}</t></si>`
      const cell = '<c t="s"><v>1</v></c>'
      const header = `<row>${'<c t="s"><v>0</v></c>'.repeat(8)}</row>`
      return zipOf(workbookParts(header + `<row>${cell.repeat(8)}</row>`.repeat(8000), { texts }))
    },
  ],
  [
    'has a text longer than any cell',
    'import/too-much-inside',
    /longer than a cell/,
    () => zipOf(workbookParts(HEADER, { texts: `<si><t>${'x'.repeat(MB)}</t></si>` })),
  ],
]

describe('a workbook that', () => {
  it.each(CASES)('%s is refused, saying what is wrong', async (_, code, detail, make) => {
    const path = await make()
    await expect(fromXlsx(path, folder.dir)).rejects.toMatchObject({ code })
    await expect(fromXlsx(path, folder.dir)).rejects.toThrow(detail)
    // a preview, which does not read everything, may not come to it; it fails with nothing else
    const preview = await fromXlsx(path, folder.dir, { isPreview: true, maxRows: 1000 }).catch(
      (error) => error.code,
    )
    if (typeof preview === 'string') expect(preview).toBe(code)
  })
})

it('a row of a million cells is one refused row', async () => {
  const wide = `<row r="2">${'<c t="b"><v>1</v></c>'.repeat(1e6)}</row>`
  const { rows } = await fromXlsx(
    await zipOf(workbookParts(HEADER + wide + textRow(3, 'P1', 'Ali'))),
    folder.dir,
  )
  expect(rows.map(({ line, problem }) => [line, problem?.code])).toEqual([
    [2, 'COLUMN_COUNT'],
    [3, undefined],
  ])
})

it('a row longer than 1 MB is refused, shown by its beginnings', async () => {
  const long = textRow(2, ...Array.from({ length: 60 }, () => 'y'.repeat(30_000)))
  const header = textRow(1, ...Array.from({ length: 60 }, (_, i) => `c${i}`))
  const { rows } = await fromXlsx(await zipOf(workbookParts(header + long)), folder.dir)
  expect(rows).toMatchObject([{ line: 2, problem: { code: 'ROW_TOO_LONG' } }])
  expect(rows[0]?.cells[0]).toHaveLength(200)
})

it('a shared text that does not exist is a fault of its row; wrong numbers and references do no harm', async () => {
  const rows = `${HEADER}<row r="x"><c r="A2" t="s"><v>99</v></c><c r="?" t="s"><v>-1</v></c>
    <c r="B2" t="s"><v>1e99</v></c><c r="B2" t="inlineStr"><is><t>Ali</t></is></c></row>`
  const found = await fromXlsx(await zipOf(workbookParts(rows)), folder.dir)
  expect(found.rows).toMatchObject([
    { row: 1, line: 2, cells: ['', 'Ali'], problem: { code: 'CELL_ERROR', column: 'external_id' } },
  ])
})
