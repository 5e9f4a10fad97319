import { open } from 'node:fs/promises'
import { AppError } from '../../errors/app-error.ts'
import { nameContent } from '../content.ts'
import type { Format } from '../schema.ts'
import { type Sniffed, type SniffOptions, sniffFile } from '../sniff.ts'

/** A file that is turned into a table before it is read. */
export interface Convertible {
  format: 'xlsx' | 'ndjson' | 'fhir'
  encoding: null
  delimiter: null
  lineEnd: null
}

/** What a file is and how it is read. */
export type Recognised = Sniffed | Convertible

export interface RecogniseOptions extends Omit<SniffOptions, 'format'> {
  /** What the person says that it is. */
  format?: Format
}

const LOOK_BYTES = 512 * 1024
const ZIP = '504b0304'
const OLE = 'd0cf11e0a1b11ae1'
/** Name of the stream that holds a workbook with a password, in UTF-16. */
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le')
const JSON_START = /^(?:\xef\xbb\xbf)?\s*[{[]/
/** The type among the first members, or the entries before it. */
const IS_BUNDLE =
  /^[^"]{0,100}(?:"(?:[^"\\]|\\.){0,200}"[^"]{0,50}){0,20}?"(?:resourceType"\s*:\s*"Bundle"|entry"\s*:\s*\[)/

const convertible = (format: Convertible['format']): Convertible => ({
  format,
  encoding: null,
  delimiter: null,
  lineEnd: null,
})

/** Whether a file of that format is turned into a table first. */
export const isConvertible = (found: Recognised): found is Convertible => found.encoding === null

/** FHIR resources have a shape of their own and bring fewer fields than a table of the same kind must. */
export const isFhir = (format: Format): boolean => format === 'ndjson' || format === 'fhir'

/**
 * Finds out what a file is by its content, whatever its name; a format that was said must fit the content. Throws
 * `import/not-a-table`, `import/protected-file`, and what `sniffFile` throws.
 */
export async function recogniseFile(path: string, options: RecogniseOptions = {}): Promise<Recognised> {
  const { format, ...text } = options
  if (format === 'csv' || format === 'tsv') return sniffFile(path, { ...text, format })
  const sample = await beginning(path)
  if (sample.length === 0) throw new AppError('import/empty-file', { detail: 'The file is empty.' })
  const head = sample.toString('hex', 0, 8)
  if (head.startsWith(OLE) && (await isLocked(path, sample))) throw new AppError('import/protected-file')
  const isZip = head.startsWith(ZIP)
  const isJson = JSON_START.test(sample.toString('latin1', 0, 4096))
  if (format === 'xlsx' || format === 'ndjson' || format === 'fhir') {
    if (format === 'xlsx' ? !isZip : !isJson && format === 'fhir') throw notThat(sample, format)
    if (format === 'ndjson' && !isJson && nameContent(sample) !== null) throw notThat(sample, format)
    return convertible(format)
  }
  if (isZip) return convertible('xlsx')
  const isText = text.encoding !== undefined || text.delimiter !== undefined
  if (isJson && !isText) {
    const found = jsonFormat(sample.toString('utf8'))
    if (found !== null) return convertible(found)
  }
  return sniffFile(path, text)
}

function notThat(sample: Buffer, format: 'xlsx' | 'ndjson' | 'fhir'): AppError {
  const wanted = format === 'xlsx' ? 'an Excel workbook (.xlsx)' : 'FHIR in JSON'
  const what = nameContent(sample) ?? 'something else'
  return new AppError('import/not-a-table', { detail: `The file is not ${wanted}, but ${what}.` })
}

/**
 * One resource a line, or one document over many lines: by the lines that begin with a bracket. Null when it is a text
 * that merely begins with one.
 */
function jsonFormat(sample: string): 'ndjson' | 'fhir' | null {
  const lines = sample.split('\n').filter((line) => line.trim() !== '')
  const first = lines[0]?.replace('\ufeff', '').trim() ?? ''
  if (first.startsWith('[')) return /^\[\s*(?:\{|$|\])/.test(first) ? 'fhir' : null
  const objects = lines.filter((line) => line.startsWith('{') && line.trim() !== '{').length
  if (objects > 1) return 'ndjson'
  if (IS_BUNDLE.test(sample)) return 'fhir'
  if (/^\{\s*$/.test(first)) return 'fhir'
  return /^\{\s*["}]/.test(first) ? (isWhole(first) || lines.length === 1 ? 'ndjson' : 'fhir') : null
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

const OLE_HEADER_BYTES = 512
const SECTOR_SIZE_AT = 30
const FIRST_DIRECTORY_AT = 48
const MAX_SECTOR_BITS = 16

/** Whether an old-style container holds a workbook with a password: its list of contents says so. */
async function isLocked(path: string, sample: Buffer): Promise<boolean> {
  if (sample.includes(ENCRYPTED)) return true
  if (sample.length < OLE_HEADER_BYTES) return false
  const bits = sample.readUInt16LE(SECTOR_SIZE_AT)
  const sector = sample.readInt32LE(FIRST_DIRECTORY_AT)
  if (bits > MAX_SECTOR_BITS || sector < 0) return false
  return (await beginning(path, (sector + 1) * 2 ** bits)).includes(ENCRYPTED)
}

async function beginning(path: string, from = 0): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(LOOK_BYTES)
    const { bytesRead } = await file.read(buffer, 0, LOOK_BYTES, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
