import { AppError, type FieldFault } from '../errors/app-error.ts'
import type { Strictness } from '../units/judgement.ts'
import { foldName } from '../units/names.ts'
import { trimText } from '../units/text.ts'
import type { ImportField } from './field.ts'
import { importKind } from './kinds.ts'
import type { ColumnSource, Mapping } from './schema.ts'

/** Columns that the refused-rows file adds; they are not looked at when it is sent again. */
export const REPORT_COLUMNS = ['_row', '_line', '_column', '_code', '_message', '_extra'] as const

const REPORT_MARKS: readonly string[] = REPORT_COLUMNS.slice(0, 5)
const IS_REPORT_COLUMN = new Set<string>(REPORT_COLUMNS)

/** Whether this is the header of a refused-rows file, whose cells carry a `'` in front of what a spreadsheet would run. */
export function isRefusedRowsHeader(header: readonly string[]): boolean {
  return REPORT_MARKS.every((mark) => header.includes(mark))
}

/** A header as it is compared: without case, accents, BOM, spaces and punctuation. `No. K/P` and `no_kp` are alike. */
export function foldHeader(header: string): string {
  return foldName(header).replace(/[^\p{L}\p{N}\p{M}]+/gu, '')
}

/** Trimmed headers with the columns of the refused-rows file and blank ones made unfindable. */
function usableHeader(header: readonly string[]): string[] {
  const isRefused = isRefusedRowsHeader(header)
  return header.map((name) => {
    const trimmed = trimText(name)
    return isRefused && IS_REPORT_COLUMN.has(trimmed) ? '' : trimmed
  })
}

/** A mapping and how strictly the file should be read. */
export interface SuggestedMapping {
  mapping: Mapping
  strictness: Strictness
}

/**
 * Finds the columns of a file for the fields of a kind: by the field's own name, then by synonyms, then in parts that
 * are joined. What is `given` stays as it is; a field given as `{value: ''}` is left out. Strict is suggested when
 * every needed field has a source.
 */
export function suggestMapping(
  kind: string,
  header: readonly string[],
  sampleRows: readonly (readonly string[])[] = [],
  given: Mapping = {},
): SuggestedMapping {
  const { fields } = importKind(kind)
  const byHeader = suggest(fields, header, [], given)
  // A file made for us is read as its header says; only a foreign one is looked at for what its columns hold.
  return byHeader.strictness === 'strict' ? byHeader : suggest(fields, header, sampleRows, given)
}

const NONE_TAKEN: ReadonlySet<string> = new Set()

function suggest(
  fields: readonly ImportField[],
  header: readonly string[],
  sampleRows: readonly (readonly string[])[],
  given: Mapping,
): SuggestedMapping {
  const names = usableHeader(header)
  const folded = names.map(foldHeader)
  const taken = new Set(Object.values(given).flatMap(headersOf))
  const fits = (field: ImportField, at: number) => {
    const texts = field.recognises
      ? sampleRows.map((cells) => trimText(cells[at] ?? '')).filter((t) => t !== '')
      : []
    return texts.length === 0 || texts.filter((text) => field.recognises?.(text)).length * 2 >= texts.length
  }
  const find = (
    wanted: readonly string[],
    field: ImportField,
    besides: ReadonlySet<string> = taken,
  ): number => {
    for (const synonym of wanted.map(foldHeader)) {
      const at = folded.findIndex((name, i) => name === synonym && !besides.has(names[i] ?? ''))
      if (at >= 0 && fits(field, at)) return at
    }
    return -1
  }
  const mapping: Mapping = { ...given }
  const take = (field: string, at: number) => {
    mapping[field] = names[at] as string
    taken.add(names[at] as string)
  }
  const open = fields.filter((field) => !Object.hasOwn(given, field.name))
  const single = (field: ImportField) => !field.parts?.columns.some((column) => column.includes(field.name))
  for (const field of open) {
    const at = find([field.name], field)
    if (at >= 0 && single(field)) take(field.name, at)
  }
  for (const field of open) {
    if (mapping[field.name] !== undefined) continue
    const at = find(field.synonyms, field)
    if (at < 0) continue
    const implied = Object.entries(field.implies?.byHeader ?? {}).find(
      ([said]) => foldHeader(said) === folded[at],
    )?.[1]
    take(field.name, at)
    if (field.implies && implied !== undefined && mapping[field.implies.field] === undefined) {
      mapping[field.implies.field] = { value: implied }
    }
  }
  for (const field of open) {
    if (mapping[field.name] !== undefined || field.parts === undefined) continue
    const { columns, areShared } = field.parts
    const free = areShared === true ? NONE_TAKEN : taken
    const found = columns.map((column) => find(column, field, free)).filter((at) => at >= 0)
    // an identifier of less than all its parts would be that of several records
    if (areShared === true && found.length < columns.length) continue
    const join = found.map((at) => names[at] as string)
    if (join.length === 1) mapping[field.name] = join[0] as string
    else if (join.length > 1) mapping[field.name] = { join, with: field.parts.with }
  }
  const isComplete = fields.every((field) => !field.required || mapping[field.name] !== undefined)
  return { mapping: inOrder(fields, mapping), strictness: isComplete ? 'strict' : 'lenient' }
}

function inOrder(fields: readonly ImportField[], mapping: Mapping): Mapping {
  const ordered: Mapping = {}
  for (const { name } of fields) if (mapping[name] !== undefined) ordered[name] = mapping[name]
  return { ...ordered, ...mapping }
}

function headersOf(source: ColumnSource): readonly string[] {
  return typeof source === 'string' ? [source] : 'join' in source ? source.join : []
}

/** Turns the cells of a row into the field values of its kind, in the kind's order; '' = not given. */
export type RowMapper = (cells: readonly string[]) => string[]

type Step = { at: number } | { all: number[]; with: string } | { value: string }

/** Needed fields for which a mapping has no source. Lenient needs only the kind's least. */
export function missingFields(kind: string, mapping: Mapping, strictness: Strictness): string[] {
  const { fields, leastNeeded } = importKind(kind)
  return fields
    .filter(
      ({ name, required }) =>
        mapping[name] === undefined && (strictness === 'strict' ? required : leastNeeded.includes(name)),
    )
    .map(({ name }) => name)
}

/**
 * Prepares a mapping for a header. Throws `import/bad-mapping` naming every unknown field, every header that the file
 * does not have or has twice, and every needed field without a source. Cells come out trimmed; for a refused-rows file
 * without the `'` that keeps spreadsheets from running them. `incomplete` asks for no field (a preview).
 */
export function compileMapping(
  kind: string,
  header: readonly string[],
  mapping: Mapping,
  strictness: Strictness | 'incomplete' = 'strict',
): RowMapper {
  const { fields } = importKind(kind)
  const names = usableHeader(header)
  const faults: FieldFault[] = []
  const known = new Set(fields.map((field) => field.name))
  for (const name of Object.keys(mapping)) {
    if (!known.has(name)) faults.push({ path: `mapping.${name}`, message: 'There is no such field.' })
  }
  const locate = (field: string, column: string): number => {
    const found = findColumn(names, column)
    if (found.length === 1) return found[0] as number
    const message =
      found.length === 0 ? 'The file has no such column' : 'The file has this column more than once'
    faults.push({ path: `mapping.${field}`, message: `${message}: ${column}` })
    return 0
  }
  for (const name of strictness === 'incomplete' ? [] : missingFields(kind, mapping, strictness)) {
    faults.push({ path: `mapping.${name}`, message: `The file has no column for ${name}.` })
  }
  const steps = fields.map(({ name }): Step => {
    const source = mapping[name]
    if (source === undefined) return { value: '' }
    if (typeof source === 'string') return { at: locate(name, source) }
    if ('value' in source) return { value: trimText(source.value) }
    return { all: source.join.map((column) => locate(name, column)), with: source.with }
  })
  if (faults.length > 0) {
    throw new AppError('import/bad-mapping', {
      detail: faults.map((fault) => fault.message).join(' '),
      errors: faults,
    })
  }
  if (isRefusedRowsHeader(header)) return rowMapper(steps, trimRefused)
  return rowMapper(steps, isExportHeader(header) ? trimExported : trimText)
}

/** The places of the columns that a mapping of a header reads. */
export function mappedCells(header: readonly string[], mapping: Mapping): Set<number> {
  const names = usableHeader(header)
  return new Set(
    Object.values(mapping).flatMap((source) =>
      headersOf(source).flatMap((column) => findColumn(names, column)),
    ),
  )
}

function findColumn(names: readonly string[], wanted: string): number[] {
  const all = [...names.keys()]
  const exact = all.filter((i) => names[i] !== '' && names[i] === wanted)
  if (exact.length > 0) return exact
  const folded = foldHeader(wanted)
  return folded === '' ? [] : all.filter((i) => foldHeader(names[i] as string) === folded)
}

// A CR comes back as LF.
const GUARDED = /^'[=+\-@\t\r\n]/

/** A cell of a refused-rows file as it was before the guard against formulas. */
export function trimRefused(cell: string): string {
  const text = trimText(cell)
  return GUARDED.test(text) ? trimText(text.slice(1)) : text
}

/** Columns of the clinic's own exports that no template has. */
const EXPORT_MARKS: readonly string[] = ['clinic_number', 'on_hand']
const EXPORT_GUARDED = /^''*[=+\-@\t\r\n\0＝＋－＠]/

/** Whether this is the header of a file that was exported here (or by another clinic with this program). */
const isExportHeader = (header: readonly string[]): boolean =>
  header.some((name) => EXPORT_MARKS.includes(trimText(name)))

/** A cell of an exported file as it was before the guard against formulas. */
export function trimExported(cell: string): string {
  const text = trimText(cell)
  return EXPORT_GUARDED.test(text) ? trimText(text.slice(1)) : text
}

function rowMapper(steps: readonly Step[], trim: (cell: string) => string): RowMapper {
  return (cells) => {
    const fields: string[] = new Array(steps.length)
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as Step
      if ('at' in step) fields[i] = trim(cells[step.at] ?? '')
      else if ('value' in step) fields[i] = step.value
      else {
        const parts = step.all.map((at) => trim(cells[at] ?? '')).filter((part) => part !== '')
        fields[i] = parts.join(step.with)
      }
    }
    return fields
  }
}
