import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deps } from '../../shared/deps.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import type { MixedKind } from '../../shared/imports/formats/mixed-kinds.ts'
import { isFhir } from '../../shared/imports/formats/recognise.ts'
import { recordRules } from '../../shared/imports/kinds.ts'
import { compileMapping, mappedCells, type RowMapper, suggestMapping } from '../../shared/imports/mapping.ts'
import { type Layout, readChunks, readSample } from '../../shared/imports/reader.ts'
import type { Format, ImportOptions, Mapping } from '../../shared/imports/schema.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import type { Run } from '../runtime/context.ts'
import { stageSource } from './formats/stage-source.ts'
import { rowsOfTotal } from './mode.ts'
import { looseKeys } from './patients/record.ts'
import { looseKeysOf } from './records/loose-keys.ts'
import { RepeatFinder, Repeats } from './repeats.ts'

/** A file ready to be read row by row: UTF-8, its columns mapped, its repeated keys known. */
export interface PreparedSource {
  path: string
  layout: Layout
  format: Format
  /** What is to be said of the file to whoever imports it. */
  note: string | null
  options: ImportOptions
  mapping: Mapping
  toFields: RowMapper
  /** The clinic day by which all rows are judged, the same in every run of the operation. */
  todayOn: string
  /** The moment of the request, by which "in the future" is judged. */
  nowMs: number
  repeats: Repeats
  totalRows: number
  /** Units of work that were done before the first row; 0 if absent. */
  doneBefore?: number
  /** Its rows are of this kind, and rows of the same file may refer to them. Absent: all are of the operation's kind. */
  mixedKind?: MixedKind
  /** These are rows that were refused before: what is kept of that goes, and they have been counted as read. */
  isRerun?: true
}

const SCAN_CHUNK_ROWS = 2000
const EXTERNAL_ID = 0
const ID_NUMBER = 3
const PATIENT_KEYS = ['external_id', 'id_number']

/** The fields whose values no two rows may share, and the keys that a row has in them. */
function keysOfKind(kind: string): { fields: readonly string[]; of(row: readonly string[]): string[] } {
  const rules = recordRules(kind)
  if (rules !== undefined) return { fields: rules.keys, of: looseKeysOf(rules) }
  return { fields: PATIENT_KEYS, of: (row) => looseKeys(row[EXTERNAL_ID] ?? '', row[ID_NUMBER] ?? '') }
}

/** Folder of an operation's working files; goes when the operation is done with them. */
export const workDir = (deps: Pick<Deps, 'config'>, operationId: string): string =>
  join(deps.config.DATA_DIR, 'work', operationId)

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Throws `operation/file-gone`. */
export async function uploadOf(run: Run): Promise<{ upload: string; dir: string }> {
  const upload = run.row.file_path
  if (upload === null || !(await exists(upload))) throw new AppError('operation/file-gone')
  const dir = workDir(run.deps, run.hold.id)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return { upload, dir }
}

/** By what rows are judged, the same in every run of the operation. */
export function moment({ row }: Run): Pick<PreparedSource, 'todayOn' | 'nowMs'> {
  const nowMs = Date.parse(`${row.created_at.replace(' ', 'T')}Z`)
  return { todayOn: clinicDay(nowMs), nowMs }
}

/** Counts the rows and finds keys that may repeat; decodes nothing but the keys. */
export async function scan(
  run: Run,
  kind: string,
  path: string,
  layout: Layout,
  mapping: Mapping,
): Promise<{ repeats: Repeats; totalRows: number }> {
  const { fields: keyFields, of: keysOf } = keysOfKind(kind)
  const keys = Object.fromEntries(Object.entries(mapping).filter(([field]) => keyFields.includes(field)))
  const toFields = compileMapping(kind, layout.columns, keys, 'incomplete')
  const finder = new RepeatFinder()
  let totalRows = 0
  for await (const { rows } of readChunks(path, layout, layout.start, {
    chunkRows: SCAN_CHUNK_ROWS,
    cells: mappedCells(layout.columns, keys),
    signal: run.signal,
  })) {
    totalRows += rows.length
    for (const { cells, problem } of rows) {
      if (problem !== undefined) continue
      for (const key of keysOf(toFields(cells))) finder.add(key)
    }
  }
  return { repeats: finder.finish(), totalRows }
}

/**
 * Makes an upload ready: recognises it, turns it into a UTF-8 table if it is none, maps its columns and reads it once to count
 * rows and find keys that may repeat. A run that takes over finds the staged file and the scan and goes on at once.
 * Throws `operation/file-gone`, or what is wrong with the file as a whole.
 */
export async function prepareSource(run: Run, options: ImportOptions): Promise<PreparedSource> {
  const { upload, dir } = await uploadOf(run)
  const { path, layout, format, note } = await stageSource(run, upload, dir, options)
  const kind = run.row.kind ?? ''
  const { mapping } = suggestMapping(kind, layout.columns, await readSample(path, layout), options.mapping)
  const demands = isFhir(format) ? 'incomplete' : options.strictness
  const toFields = compileMapping(kind, layout.columns, mapping, demands)
  const scanned = join(dir, 'repeats.bin')
  const kept = run.row.total === null ? null : await Repeats.load(scanned)
  const { repeats, totalRows } =
    kept === null
      ? await scan(run, kind, path, layout, mapping)
      : { repeats: kept, totalRows: rowsOfTotal(run.row.total as number, options) }
  if (kept === null) await repeats.save(scanned)
  return { path, layout, format, note, options, mapping, toFields, ...moment(run), repeats, totalRows }
}
