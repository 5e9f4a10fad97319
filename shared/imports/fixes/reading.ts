import { reading as patiently } from '../../db/transaction.ts'
import type { Deps } from '../../deps.ts'
import type { OperationRow } from '../../operations/repository.ts'
import { isFhir } from '../formats/recognise.ts'
import { importKind } from '../kinds.ts'
import { compileMapping, mappedCells, type RowMapper, suggestMapping } from '../mapping.ts'
import { type Format, formatShape, importOptions, type Mapping } from '../schema.ts'

/** How the rows of an import were read, so that those that were refused can be read again. */
export interface Reading {
  kind: string
  columns: readonly string[]
  format: Format
  mapping: Mapping
  /** Whether rows need not bring every field. */
  isPartial: boolean
  toFields: RowMapper
  /** The columns that a field comes from; none when it is the same for all rows, or not given. */
  placesOf(field: string): number[]
  valueOf(field: string, cells: readonly string[]): string
}

/** A reading made of what is known of it. Throws `import/bad-mapping`, `import/unknown-kind`. */
export function readingFrom(
  kind: string,
  columns: readonly string[],
  format: Format,
  mapping: Mapping,
): Reading {
  const { fields } = importKind(kind)
  const places = new Map(fields.map(({ name }, at) => [name, at]))
  const toFields = compileMapping(kind, columns, mapping, 'incomplete')
  return {
    kind,
    columns,
    format,
    mapping,
    isPartial: isFhir(format),
    toFields,
    placesOf(field) {
      const source = mapping[field]
      if (!places.has(field) || source === undefined) return []
      return [...mappedCells(columns, { [field]: source })]
    },
    valueOf(field, cells) {
      const at = places.get(field)
      return at === undefined ? '' : (toFields(cells)[at] ?? '')
    },
  }
}

/** How an import read its file; of one from before that was kept, as its header and its choices say. */
export async function readingOf(deps: Pick<Deps, 'db'>, operation: OperationRow): Promise<Reading> {
  const kind = operation.kind ?? ''
  const columns = operation.file_columns ?? []
  const row = await patiently(deps.db('operations').where({ id: operation.id }).first('file_reading'))
  const kept = row?.file_reading as { format: Format; mapping: Mapping } | null | undefined
  if (kept != null) return readingFrom(kind, columns, kept.format, kept.mapping)
  const options = importOptions.safeParse(operation.params.options ?? {})
  const { mapping } = suggestMapping(kind, columns, [], options.data?.mapping)
  const format = formatShape.safeParse(operation.params.format)
  return readingFrom(kind, columns, format.data ?? 'csv', mapping)
}
