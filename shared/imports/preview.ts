import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import iconv from 'iconv-lite'
import { AppError } from '../errors/app-error.ts'
import { clinicDay } from '../units/dates.ts'
import type { JudgeOptions, Strictness } from '../units/judgement.ts'
import { findEncoding } from './encoding.ts'
import { BUNDLE, mixedMapping, NOT_FHIR } from './formats/mixed-kinds.ts'
import { isConvertible, isFhir, type Recognised, recogniseFile } from './formats/recognise.ts'
import { convertBeginning } from './formats/run-convert.ts'
import { type ImportKind, importKind } from './kinds.ts'
import { compileMapping, missingFields, type RowMapper, suggestMapping } from './mapping.ts'
import { type Layout, readChunks, readLayout, readStagedLayout, type SourceRow, sampleOf } from './reader.ts'
import type { Encoding, Format, ImportPreview, PreviewOptions, PreviewRow } from './schema.ts'
import { encodeUtf8 } from './stage.ts'
import { bytesSource } from './window.ts'

/** Rows that are judged for a preview, and how many of them are shown. */
export const PREVIEW_CHECKED_ROWS = 1_000
export const PREVIEW_SHOWN_ROWS = 20
/** Bytes of a file that a preview decodes or reads rows from. */
const PREVIEW_BYTES = 2 * 1024 * 1024

export interface PreviewRequest {
  kind: string
  format?: Format
  options?: Partial<PreviewOptions>
  /** The clinic day; today if absent. */
  todayOn?: string
  /** Ends the process that converts a workbook or FHIR. */
  signal?: AbortSignal
  /** A folder for passing files of that process; that of the system if absent. */
  dir?: string
}

/**
 * Shows how a file would be read: what it is, its columns, a mapping, the first rows as they would be stored. Looks at
 * the first 4 MB of a text at most, so it takes the same time for any size. Throws as `recogniseFile`, `readLayout`,
 * `convertBeginning` and `compileMapping` do, except that a field without a column is told in `missing` for the user to map.
 */
export async function previewFile(path: string, request: PreviewRequest): Promise<ImportPreview> {
  const { kind, format, options = {}, todayOn = clinicDay() } = request
  const found = await recogniseFile(path, {
    ...(format && { format }),
    ...(options.encoding && { encoding: options.encoding }),
    ...(options.delimiter && { delimiter: options.delimiter }),
  })
  const { layout, rows, kind: rowKind } = await firstRows(path, found, request)
  const rules = importKind(rowKind)
  const isPartial = isFhir(found.format)
  const isMixed = kind === BUNDLE
  const suggested = isMixed
    ? { mapping: mixedMapping(rowKind), strictness: 'strict' as const }
    : suggestMapping(kind, layout.columns, sampleOf(rows), options.mapping)
  const map = compileMapping(rowKind, layout.columns, suggested.mapping, 'incomplete')
  const check = (strictness: Strictness) =>
    rows.map((row) => judgeRow(rules, map, row, { strictness, todayOn, nowMs: Date.now(), isPartial }))
  let strictness = options.strictness ?? (isPartial ? 'strict' : suggested.strictness)
  let judged = check(strictness)
  if (options.strictness === undefined && strictness === 'strict' && mostAreRefused(judged)) {
    const leniently = check('lenient')
    if (!mostAreRefused(leniently)) {
      strictness = 'lenient'
      judged = leniently
    }
  }
  return {
    ...found,
    columns: layout.columns,
    mapping: isMixed ? {} : suggested.mapping,
    missing: isPartial ? [] : missingFields(kind, suggested.mapping, strictness),
    strictness,
    rows: judged.slice(0, PREVIEW_SHOWN_ROWS),
    rowsChecked: judged.length,
    problemsByCode: countCodes(judged),
  }
}

/** The header and the first rows of a file of any kind. A row that the sample cuts off is left out. */
async function firstRows(
  path: string,
  found: Recognised,
  { kind, options, signal = new AbortController().signal, dir = tmpdir() }: PreviewRequest,
): Promise<{ layout: Layout; rows: SourceRow[]; kind: string }> {
  if (isConvertible(found)) {
    const asked = { path, format: found.format, kind, mapping: options?.mapping ?? {}, dir }
    const { bytes, kind: rowKind } = await convertBeginning(asked, signal)
    const staged = await rowsOf(bytes, await readStagedLayout(bytesSource(bytes)), true)
    return { ...staged, kind: rowKind }
  }
  if (kind === BUNDLE) throw new AppError('import/bad-options', { detail: NOT_FHIR })
  const { bytes, isWhole } = await decodedBeginning(path, found.encoding)
  return { ...(await rowsOf(bytes, await readLayout(bytesSource(bytes), found.delimiter), isWhole)), kind }
}

async function rowsOf(
  bytes: Buffer,
  layout: Layout,
  isWhole: boolean,
): Promise<{ layout: Layout; rows: SourceRow[] }> {
  for await (const { rows } of readChunks(bytesSource(bytes), layout, layout.start, {
    chunkRows: PREVIEW_CHECKED_ROWS + 1,
  })) {
    const isCut =
      !isWhole && rows.length <= PREVIEW_CHECKED_ROWS && rows.at(-1)?.problem?.code !== 'ROW_TOO_LONG'
    return { layout, rows: rows.slice(0, isCut ? -1 : PREVIEW_CHECKED_ROWS) }
  }
  return { layout, rows: [] }
}

async function decodedBeginning(
  path: string,
  encoding: Encoding,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(size, PREVIEW_BYTES)), 0, null, 0)
    const read = buffer.subarray(0, bytesRead)
    const isWhole = bytesRead >= size
    if (encoding === 'utf-8') return { bytes: read, isWhole }
    const { bomBytes } = findEncoding(read, encoding)
    return {
      bytes: encodeUtf8(iconv.decode(read.subarray(bomBytes), encoding, { stripBOM: false })),
      isWhole,
    }
  } finally {
    await file.close()
  }
}

function judgeRow(rules: ImportKind, map: RowMapper, source: SourceRow, options: JudgeOptions): PreviewRow {
  const { row, line } = source
  const fields = map(source.cells)
  const given = () => Object.fromEntries(rules.fields.map(({ name }, i) => [name, fields[i] || null]))
  if (source.problem) return { row, line, values: given(), leftOut: [], problems: [source.problem] }
  const judged = rules.judge(fields, options)
  if ('problems' in judged) return { row, line, values: given(), leftOut: [], problems: judged.problems }
  return { row, line, values: { ...judged.values }, leftOut: judged.leftOut, problems: [] }
}

function mostAreRefused(rows: readonly PreviewRow[]): boolean {
  return rows.filter(({ problems }) => problems.length > 0).length * 2 > rows.length
}

function countCodes(rows: readonly PreviewRow[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { problems } of rows) for (const { code } of problems) counts[code] = (counts[code] ?? 0) + 1
  return counts
}
