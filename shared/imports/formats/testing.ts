import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { readChunks, readStagedLayout, type SourceRow } from '../reader.ts'
import type { Mapping } from '../schema.ts'
import { bytesSource } from '../window.ts'
import { convertBundle } from './bundle.ts'
import { convertNdjson } from './ndjson.ts'
import { memoryWriter, type StagedWriter } from './staged-writer.ts'
import { convertXlsx } from './xlsx.ts'

const RELS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'

/** The parts of a workbook with one sheet; any may be replaced, or left out with null. */
export function workbookParts(rows: string, { texts = '', styles = '', properties = '' } = {}) {
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${RELS}/${type}" Target="${target}"/>`
  return {
    '_rels/.rels': `<Relationships ${PACKAGE}>${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${RELS}">${properties}<sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships ${PACKAGE}>${relation('r1', 'worksheet', 'worksheets/sheet1.xml')}${relation('r2', 'sharedStrings', 'sharedStrings.xml')}${relation('r3', 'styles', 'styles.xml')}</Relationships>`,
    'xl/styles.xml': `<styleSheet ${MAIN}>${styles}</styleSheet>`,
    'xl/sharedStrings.xml': `<sst ${MAIN}>${texts}</sst>`,
    'xl/worksheets/sheet1.xml': `<worksheet ${MAIN}><sheetData>${rows}</sheetData></worksheet>`,
  }
}

/** Number formats of a workbook: cell style 0 is plain, 1 a day, 2 a moment, then these. */
export function stylesOf(...codes: string[]): string {
  const all = ['yyyy\\-mm\\-dd', 'dd/mm/yyyy\\ hh:mm', ...codes]
  const numFmts = all.map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${code}"/>`)
  const xfs = all.map((_, i) => `<xf numFmtId="${164 + i}"/>`)
  return `<numFmts>${numFmts.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${xfs.join('')}</cellXfs>`
}

/** A row of inline texts. */
export function textRow(line: number, ...cells: string[]): string {
  return `<row r="${line}">${cells.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`
}

function zipOf(parts: Record<string, string | Buffer>): Readable {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(parts)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  return zip.outputStream as Readable
}

/** An archive with these parts. */
export async function zipBytes(parts: Record<string, string | Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of zipOf(parts)) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** Writes an archive with these parts. */
export async function writeZip(path: string, parts: Record<string, string | Buffer>): Promise<string> {
  await pipeline(zipOf(parts), createWriteStream(path))
  return path
}

/** A folder for the files of a test. */
export async function testFolder(): Promise<{
  path(name: string): string
  dir: string
  remove(): Promise<void>
}> {
  const dir = await mkdtemp(join(tmpdir(), 'formats-'))
  return { dir, path: (name) => join(dir, name), remove: () => rm(dir, { recursive: true, force: true }) }
}

/** A converted file as imports see it. */
export interface Converted {
  columns: string[]
  rows: SourceRow[]
}

export interface ConvertOptions {
  kind?: string
  mapping?: Mapping
  isPreview?: boolean
  maxRows?: number
}

async function rowsOf(work: (sinkOf: (maxBytes: number) => StagedWriter) => Promise<unknown>, maxRows = 1e9) {
  let writer = memoryWriter({ maxBytes: 0 })
  await work((maxBytes) => {
    writer = memoryWriter({ maxBytes, maxRows })
    return writer
  })
  writer.end()
  const layout = await readStagedLayout(bytesSource(writer.bytes()))
  const rows: SourceRow[] = []
  for await (const chunk of readChunks(bytesSource(writer.bytes()), layout)) rows.push(...chunk.rows)
  return { columns: layout.columns, rows }
}

/** Converts in this process. */
export function fromXlsx(path: string, dir: string, options: ConvertOptions = {}): Promise<Converted> {
  const { kind = 'patients', mapping = {}, isPreview = false, maxRows } = options
  return rowsOf((sinkOf) => convertXlsx(path, { kind, mapping, dir }, sinkOf, isPreview), maxRows)
}

const JSON_BYTES = 64 * 1024 * 1024

/** Converts in this process. */
export function fromJson(
  format: 'ndjson' | 'fhir',
  path: string,
  { kind = 'patients', isPreview = false, maxRows }: ConvertOptions = {},
): Promise<Converted> {
  const convert = format === 'ndjson' ? convertNdjson : convertBundle
  return rowsOf((sinkOf) => convert(path, kind, sinkOf(JSON_BYTES), isPreview), maxRows)
}
