import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { readChunks, readLayout } from '../../shared/imports/reader.ts'

const RELS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
const relation = (id: string, type: string, target: string) =>
  `<Relationship Id="${id}" Type="${RELS}/${type}" Target="${target}"/>`

const PARTS = {
  '_rels/.rels': `<Relationships ${PACKAGE}>${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
  'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${RELS}"><sheets><sheet name="people" sheetId="1" r:id="r1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships ${PACKAGE}>${relation('r1', 'worksheet', 'worksheets/sheet1.xml')}${relation('r2', 'sharedStrings', 'sharedStrings.xml')}${relation('r3', 'styles', 'styles.xml')}</Relationships>`,
  'xl/styles.xml': `<styleSheet ${MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
}

const MS_DAY = 86_400_000
const EPOCH_DAYS = 25_569
/** Texts that come again and again get one number, as a spreadsheet program gives them. */
const MAX_KNOWN = 1000
const MAX_KNOWN_CHARS = 12

const escaped = (text: string) => text.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`)

async function put(out: WriteStream, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain')
}

async function closed(...streams: WriteStream[]): Promise<void> {
  for (const stream of streams) {
    stream.end()
    await once(stream, 'close')
  }
}

async function* rowsOf(csv: string) {
  const layout = await readLayout(csv, ',')
  yield { line: 1, columns: layout.columns, cells: layout.columns }
  for await (const { rows } of readChunks(csv, layout))
    for (const { line, cells } of rows) yield { line, columns: layout.columns, cells }
}

/** The rows of a CSV as a workbook: shared texts, days as numbers, as Excel saves it. */
export async function writeXlsx(csv: string, path: string): Promise<void> {
  const [sheetPath, textsPath] = [`${path}.sheet`, `${path}.texts`]
  const [sheet, texts] = [createWriteStream(sheetPath), createWriteStream(textsPath)]
  const known = new Map<string, number>()
  let count = 0
  await put(sheet, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet ${MAIN}><sheetData>`)
  await put(texts, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst ${MAIN}>`)
  for await (const { line, columns, cells } of rowsOf(csv)) {
    let row = `<row r="${line}" spans="1:${columns.length}">`
    let added = ''
    for (const [i, cell] of cells.entries()) {
      const at = `${String.fromCharCode(65 + i)}${line}`
      const isDay = line > 1 && (columns[i] === 'date_of_birth' || columns[i] === 'registered_at')
      const day = isDay ? Date.parse(cell) : Number.NaN
      if (!Number.isNaN(day)) {
        row += `<c r="${at}" s="1"><v>${day / MS_DAY + EPOCH_DAYS}</v></c>`
        continue
      }
      let number = known.get(cell)
      if (number === undefined) {
        number = count++
        added += `<si><t>${escaped(cell)}</t></si>`
        if (cell.length <= MAX_KNOWN_CHARS && known.size < MAX_KNOWN) known.set(cell, number)
      }
      row += `<c r="${at}" t="s"><v>${number}</v></c>`
    }
    await put(sheet, `${row}</row>`)
    await put(texts, added)
  }
  await put(sheet, '</sheetData></worksheet>')
  await put(texts, '</sst>')
  await closed(sheet, texts)
  const zip = new ZipFile()
  for (const [name, text] of Object.entries(PARTS)) zip.addBuffer(Buffer.from(text), name)
  zip.addFile(sheetPath, 'xl/worksheets/sheet1.xml')
  zip.addFile(textsPath, 'xl/sharedStrings.xml')
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
  await Promise.all([rm(sheetPath), rm(textsPath)])
}

/** The rows of a CSV as FHIR Patients, one a line. */
export async function writeNdjson(csv: string, path: string): Promise<void> {
  const out = createWriteStream(path)
  for await (const { line, columns, cells } of rowsOf(csv)) {
    if (line === 1) continue
    const of = (name: string) => cells[columns.indexOf(name)] ?? ''
    const patient = {
      resourceType: 'Patient',
      id: of('external_id'),
      identifier: [
        { system: 'urn:clinic:external-id', value: of('external_id') },
        { system: 'urn:my:nric', value: of('id_number') },
      ],
      name: [{ use: 'official', text: of('name') }],
      telecom: [
        { system: 'phone', value: of('phone'), use: 'mobile' },
        { system: 'email', value: of('email') },
      ],
      gender: of('gender') === 'F' ? 'female' : 'male',
      birthDate: of('date_of_birth'),
      address: [{ text: of('address'), postalCode: of('postcode'), state: of('state'), country: 'MY' }],
      extension: [{ url: 'urn:clinic:registered-at', valueDate: of('registered_at') }],
    }
    await put(out, `${JSON.stringify(patient)}\n`)
  }
  await closed(out)
}
