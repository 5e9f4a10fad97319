import type { ColumnSource, EarlierMapping, ImportField, Mapping, PreviewRow } from './types.ts'

const EXAMPLES = 2

export type SourceMode = 'none' | 'column' | 'join' | 'value'

/** Which of the four ways a source is. */
export function modeOf(source: ColumnSource | undefined): SourceMode {
  if (source === undefined) return 'none'
  if (typeof source === 'string') return 'column'
  return 'join' in source ? 'join' : 'value'
}

/** The mapping with one field's source changed, or taken out. */
export function withSource(mapping: Mapping, field: string, source: ColumnSource | undefined): Mapping {
  const { [field]: _before, ...others } = mapping
  return source === undefined ? others : { ...others, [field]: source }
}

const isNothing = (source: ColumnSource): boolean =>
  typeof source === 'object' && ('join' in source ? source.join.length === 0 : source.value === '')

/** The mapping as the server suggests it, without the fields that it says have no source. */
export function fromWire(mapping: Mapping): Mapping {
  return Object.fromEntries(Object.entries(mapping).filter(([, source]) => !isNothing(source)))
}

/**
 * The mapping as it is sent: a field without a source is said to be empty, or the server would look for a column of
 * that name again; a join without columns yet is no source.
 */
export function toWire(mapping: Mapping, fields: readonly ImportField[]): Mapping {
  return Object.fromEntries(
    fields.map(({ name }) => {
      const source = mapping[name]
      return [name, source === undefined || isNothing(source) ? { value: '' } : source]
    }),
  )
}

/** The first cells that a field would read, for the eye to check the mapping by. */
export function examplesOf(rows: readonly PreviewRow[], field: string): string[] {
  const found = new Set<string>()
  for (const row of rows) {
    const cell = row.values[field]
    if (cell) found.add(cell)
    if (found.size === EXAMPLES) break
  }
  return [...found]
}

/** Columns that a mapping reads. */
function usedColumns(mapping: Mapping): Set<string> {
  const used = new Set<string>()
  for (const source of Object.values(mapping)) {
    if (typeof source === 'string') used.add(source)
    else if ('join' in source) for (const column of source.join) used.add(column)
  }
  return used
}

/** Columns of the file that nothing reads. */
export function unusedColumns(columns: readonly string[], mapping: Mapping): string[] {
  const used = usedColumns(mapping)
  return columns.filter((column) => !used.has(column))
}

/** Earlier mappings that this file has every column of; those made for exactly its header first, then the latest. */
export function fittingMappings(
  earlier: readonly EarlierMapping[],
  kind: string,
  columns: readonly string[],
): EarlierMapping[] {
  const own = new Set(columns)
  const header = JSON.stringify(columns)
  const isSame = (one: EarlierMapping) => JSON.stringify(one.columns) === header
  return earlier
    .filter((one) => one.kind === kind && [...usedColumns(one.mapping)].every((column) => own.has(column)))
    .sort((a, b) => Number(isSame(b)) - Number(isSame(a)) || b.usedAt.localeCompare(a.usedAt))
}

/** Whether a field must have a source; a lenient import needs only the least of its kind. */
export function isNeeded(field: ImportField, lenient: boolean): boolean {
  return lenient ? (field.least ?? field.name === 'name') : field.required
}

/** Needed fields that have no source yet. */
export function missingFields(fields: readonly ImportField[], mapping: Mapping, lenient: boolean): string[] {
  return fields
    .filter((field) => isNeeded(field, lenient))
    .map((field) => field.name)
    .filter((name) => mapping[name] === undefined || isNothing(mapping[name]))
}
