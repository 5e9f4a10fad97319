import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromXlsx, stylesOf, testFolder, textRow, workbookParts, writeZip } from './testing.ts'

const data = (name: string) => fileURLToPath(new URL(`../../testing/data/${name}`, import.meta.url))

let folder: Awaited<ReturnType<typeof testFolder>>
beforeAll(async () => {
  folder = await testFolder()
})
afterAll(() => folder.remove())

let count = 0
const convert = async (parts: Record<string, string>, options = {}) =>
  fromXlsx(await writeZip(folder.path(`${++count}.xlsx`), parts), folder.dir, options)
const cellsOf = async (...args: Parameters<typeof convert>) =>
  (await convert(...args)).rows.map(({ cells }) => cells)

const HEADER = textRow(1, 'external_id', 'name', 'id_type', 'id_number', 'date_of_birth')

it('reads texts, numbers, dates, truth values and formulas as they are shown', async () => {
  const rows = `${textRow(1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')}<row r="2">
    <c r="A2" t="s"><v>1</v></c><c r="B2"><v>17.199999999999999</v></c><c r="C2" s="1"><v>32951</v></c>
    <c r="D2" s="2"><v>45238.6041666667</v></c><c r="E2" t="b"><v>1</v></c>
    <c r="F2" t="str"><f>A1&amp;"x"</f><v>a &amp; b</v></c><c r="G2"><f>2+3</f><v>5</v></c>
    <c r="H2" t="inlineStr"><is><r><t>Siti </t></r><r><rPr><b/></rPr><t>Aminah</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c></row>`
  const texts =
    '<si><t>zero</t></si><si><r><t xml:space="preserve"> two</t></r><r><t>, lines_x000A_here</t></r></si>'
  expect(await cellsOf(workbookParts(rows, { texts, styles: stylesOf() }))).toEqual([
    [' two, lines\nhere', '17.2', '1990-03-19', '2023-11-08 14:30', 'TRUE', 'a & b', '5', 'Siti Aminah'],
  ])
})

it('counts rows as the sheet numbers them; blank ones do not count, wherever the header is', async () => {
  const blank = '<row r="6"><c r="A6" s="1"/><c r="B6" t="inlineStr"><is><t>  </t></is></c></row>'
  const rows = `<row r="2"/>${textRow(3, 'name', 'b', ' ')}${textRow(5, 'x', 'y')}${blank}${textRow(9, 'z')}`
  const { columns, rows: found } = await convert(workbookParts(rows))
  expect(columns).toEqual(['name', 'b'])
  expect(found).toEqual([
    { row: 1, line: 5, cells: ['x', 'y'] },
    { row: 2, line: 9, cells: ['z', ''] },
  ])
})

it('refuses a row with something beyond the last column of the header, and shows it', async () => {
  const rows = `${textRow(1, 'a', 'b')}${textRow(2, '1', '2', ' ', '')}${textRow(3, '1', '2', '', 'x')}
    <row r="4"><c r="XFD4"><v>1</v></c></row>`
  const { rows: found } = await convert(workbookParts(rows))
  expect(found.map(({ cells, problem }) => [problem?.code, cells])).toEqual([
    [undefined, ['1', '2']],
    ['COLUMN_COUNT', ['1', '2', '', 'x']],
    ['COLUMN_COUNT', ['', '']],
  ])
})

it('fills a numeric NRIC up to 12 digits, and nothing else', async () => {
  const row = (line: number, type: string, number: string) =>
    `<row r="${line}"><c t="inlineStr"><is><t>P</t></is></c><c/><c t="inlineStr"><is><t>${type}</t></is></c>${number}</row>`
  const rows = `${HEADER}${row(2, 'nric', '<c><v>10203105432</v></c>')}${row(3, 'PASSPORT', '<c><v>10203105</v></c>')}
    ${row(4, 'NRIC', '<c t="str"><v>10203105432</v></c>')}`
  expect((await cellsOf(workbookParts(rows))).map((cells) => cells[3])).toEqual([
    '010203105432',
    '10203105',
    '10203105432',
  ])
})

it('takes midnight off a day, but not off a moment', async () => {
  const rows = `${textRow(1, 'date_of_birth', 'other')}<row r="2"><c s="2"><v>32951</v></c><c s="2"><v>32951</v></c></row>`
  expect(await cellsOf(workbookParts(rows, { styles: stylesOf() }))).toEqual([
    ['1990-03-19', '1990-03-19 00:00'],
  ])
})

it('refuses a row whose cell cannot be read, if the column is one that is read', async () => {
  const rows = `${textRow(1, 'name', 'unread')}
    <row r="2"><c t="e"><v>#REF!</v></c></row>
    <row r="3"><c><f>A1</f></c></row>
    <row r="4"><c t="inlineStr"><is><t>Ali</t></is></c><c t="e"><v>#N/A</v></c></row>`
  const { rows: found } = await convert(workbookParts(rows))
  expect(found.map(({ cells, problem }) => [problem?.code, problem?.column, cells])).toEqual([
    ['CELL_ERROR', 'name', ['#REF!', '']],
    ['NO_FORMULA_VALUE', 'name', ['', '']],
    [undefined, undefined, ['Ali', '#N/A']],
  ])
})

it('reads the first sheet that is shown', async () => {
  const parts = workbookParts(textRow(1, 'hidden'))
  const relations = parts['xl/_rels/workbook.xml.rels'].replace(
    '<Relationship ',
    '<Relationship Id="r9" Type="x/worksheet" Target="/xl/worksheets/two.xml"/><Relationship ',
  )
  const workbook = parts['xl/workbook.xml']
    .replace('<sheet ', '<sheet state="hidden" ')
    .replace('</sheets>', '<sheet name="B" sheetId="2" r:id="r9"/></sheets>')
  const { columns } = await convert({
    ...parts,
    'xl/workbook.xml': workbook,
    'xl/_rels/workbook.xml.rels': relations,
    'xl/worksheets/two.xml': parts['xl/worksheets/sheet1.xml'].replace('hidden', 'shown'),
  })
  expect(columns).toEqual(['shown'])
})

it('reads elements whatever prefix they have', async () => {
  const parts = workbookParts('')
  const sheet = `<x:worksheet xmlns:x="y"><x:sheetData><x:row r="1"><x:c t="str"><x:v>name</x:v></x:c></x:row>
    <x:row><x:c t="str"><x:v>Ali</x:v></x:c></x:row></x:sheetData></x:worksheet>`
  const { rows } = await convert({ ...parts, 'xl/worksheets/sheet1.xml': sheet })
  expect(rows).toEqual([{ row: 1, line: 2, cells: ['Ali'] }])
})

it('shows of a preview the first rows with their texts, wherever these lie', async () => {
  const texts = Array.from({ length: 300 }, (_, i) => `<si><t>t${i}</t></si>`).join('')
  const row = (line: number) =>
    `<row r="${line}"><c t="s"><v>${line}</v></c><c t="s"><v>${299 - line}</v></c></row>`
  const rows = Array.from({ length: 200 }, (_, i) => row(i + 1)).join('')
  const { rows: found } = await convert(workbookParts(rows, { texts }), { isPreview: true, maxRows: 120 })
  expect(found).toHaveLength(120)
  expect(found.at(-1)).toEqual({ row: 120, line: 121, cells: ['t121', 't178'] })
})

it.each([
  ['test.xlsx', 2],
  ['test_skip_lines.xlsx', 5],
])('reads %s of another program: both calendars, truth values, blanks', async (name, line) => {
  const { columns, rows } = await fromXlsx(data(`xlsx/${name}`), folder.dir)
  expect(name.includes('skip') ? rows.slice(-5) : rows).toMatchObject([
    { line, cells: ['Chicago Reader', '1971-01-01', '40', 'TRUE', '1', '1971-01-01 04:14', ''] },
    { problem: { code: 'COLUMN_COUNT' } },
    { cells: ['Chicago Tribune', '1920-01-01', '164', 'FALSE', '41800000.01', '1920-01-01 00:00', ''] },
    { cells: ['This row has blanks', '', '', '', '', '', ''] },
    { cells: ['Unicode! Σ', '', '', '', '', '', ''] },
  ])
  expect(columns).toHaveLength(7)
})
