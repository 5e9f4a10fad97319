import type { Knex } from '../../../shared/db/connect.ts'
import { fromColumn } from './columns.ts'
import type { Candidate, Context, RecordKind, UniqueField, Values } from './kind.ts'

/** A record in the database, or one that this piece will write (`id` null). */
export interface Stored {
  id: string | null
  version: number
  values: Record<string, string | null>
}

/** Stored records by what rows may not share. */
export interface Found {
  byKey: Map<string, Stored>
  /** Who holds a value of another unique field: the id or, of a record yet to be written, its key; by `claimKey`. */
  holders: Map<string, string>
}

/** How a unique value is named among the claims of a file; `at` 0 is the key, then the others in their order. */
export const claimKey = (at: number, value: string): string => `${at}:${value}`

const distinct = (values: readonly (string | null | undefined)[]): string[] => [
  ...new Set(values.filter((value): value is string => typeof value === 'string')),
]

function narrowed(query: Knex.QueryBuilder, { column, perSource }: UniqueField, source: string): void {
  if (perSource) query.where({ source })
  query.whereNotNull(column)
}

type Cell = string | number | null

/** Records of a kind in the shape of values. */
export async function selectRecords(
  kind: RecordKind,
  narrow: (query: Knex.QueryBuilder) => void,
  trx: Knex.Transaction,
): Promise<Stored[]> {
  const query = trx(kind.table)
    .comment('imports.records')
    .select('id', 'version', ...kind.columns.map(({ column }) => column))
    .orderBy('id')
    .forUpdate()
    .options({ rowsAsArray: true })
  narrow(query)
  const rows = (await query) as unknown as Cell[][]
  return rows.map(([id, version, ...cells]) => ({
    id: String(id),
    version: Number(version),
    values: Object.fromEntries(
      kind.columns.map(({ field, type }, at) => [field, fromColumn(type, cells[at] ?? null)]),
    ),
  }))
}

/** Finds what is stored under the unique values of some rows and locks what they match: a statement for each field. */
export async function lookUp(
  kind: RecordKind,
  { trx, source }: Context,
  candidates: readonly Candidate[],
): Promise<Found> {
  const found: Found = { byKey: new Map(), holders: new Map() }
  const keys = distinct(candidates.map(({ values }) => values[kind.key.field]))
  if (keys.length > 0) {
    const records = await selectRecords(
      kind,
      (query) => {
        narrowed(query, kind.key, source)
        query.whereIn(kind.key.column, keys)
      },
      trx,
    )
    for (const stored of records) found.byKey.set(stored.values[kind.key.field] as string, stored)
  }
  for (const [at, other] of kind.others.entries()) {
    const wanted = distinct(candidates.map(({ values }) => values[other.field]))
    if (wanted.length === 0) continue
    const query = trx(kind.table)
      .comment('imports.holders')
      .whereIn(other.column, wanted)
      .select({ id: 'id', value: other.column })
    narrowed(query, other, source)
    for (const { id, value } of (await query) as { id: string | number; value: string }[])
      found.holders.set(claimKey(at + 1, value), String(id))
  }
  return found
}

/** The fields of `given` that are given and differ from what is stored; an empty cell never erases. */
export function changesOf(kind: RecordKind, given: Values, stored: Values): Record<string, string> {
  const changes: Record<string, string> = {}
  for (const { field, isOfNew } of kind.columns) {
    const value = given[field]
    if (isOfNew !== true && typeof value === 'string' && value !== stored[field]) changes[field] = value
  }
  return changes
}
