import type { Knex } from '../../../shared/db/connect.ts'
import type { BulkInsert } from '../load-data.ts'
import type { RowText } from '../row-text.ts'
import { type ColumnType, SQL_TYPE, toColumn } from './columns.ts'
import type { Context, RecordKind, Values } from './kind.ts'
import type { Stored } from './lookup.ts'
import type { PlannedUpdate } from './plan.ts'

const UPDATED_AT = { column: 'updated_at', type: 'instant' } as const

/** A new record with its id, where that is known. */
export interface NewRecord {
  id: string | null
  values: Values
  /** What it refers to, where `values` does not have that already. */
  referred?: Values
}

/** The columns that new records get, in the order of {@link appendRecord}. */
export const newColumns = (kind: RecordKind): string[] => [
  ...(kind.countedIds === true ? ['id'] : []),
  ...(kind.hasSource ? ['source'] : []),
  ...kind.columns.map(({ column }) => column),
  'import_no',
  ...kind.times,
  ...Object.keys(kind.constants ?? {}),
]

/** Adds a new record as a row. `now` is a database instant. */
export function appendRecord(
  text: RowText,
  kind: RecordKind,
  { importNo, source, now }: { importNo: number; source: string; now: string },
  { id, values, referred }: NewRecord,
): void {
  if (kind.countedIds === true) text.plain(id as string)
  if (kind.hasSource) text.cell(source)
  for (const { field, type, empty } of kind.columns)
    text.cell(toColumn(type, values[field] ?? referred?.[field] ?? empty ?? null))
  text.plain(String(importNo))
  for (const _ of kind.times) text.cell(now)
  for (const name in kind.constants) text.cell(kind.constants[name] as string)
  text.endRow()
}

/** Writes new records, many a statement. `now` is a database instant. */
export async function insertRecords(
  kind: RecordKind,
  { trx, importNo, source }: Context,
  insert: BulkInsert,
  records: readonly NewRecord[],
  now: string,
): Promise<void> {
  const text = insert.text()
  for (const record of records) appendRecord(text, kind, { importNo, source, now }, record)
  await insert.write(trx, kind.table, newColumns(kind), text)
}

/** Records that were just written with the ids that the database gave them. */
export async function withIds(
  kind: RecordKind,
  { trx, importNo }: Context,
  records: readonly NewRecord[],
): Promise<NewRecord[]> {
  if (records.length === 0) return []
  const { field, column } = kind.key
  const keys = records.map(({ values }) => values[field] as string)
  const rows = (await trx(kind.table)
    .comment('imports.new-ids')
    .where({ import_no: importNo })
    .whereIn(column, keys)
    .select({ id: 'id', key: column })) as { id: string | number; key: string }[]
  const ids = new Map(rows.map(({ id, key }) => [key, String(id)]))
  return records.map(({ values }) => ({ id: ids.get(values[field] as string) ?? null, values }))
}

/** Rows to change, each with its id first and then a cell for each column. */
export interface Changed {
  columns: readonly { column: string; type: ColumnType }[]
  rows: readonly (string | null)[][]
}

const CHARS_PER_UPDATE = 4 * 1024 * 1024

/** Changes many rows by one statement (more where they are very long) and raises their versions. */
export async function updateRows(trx: Knex.Transaction, table: string, changed: Changed): Promise<void> {
  const { columns } = changed
  const paths = columns.map(({ type }, at) => `c${at} ${SQL_TYPE[type]} path '$[${at + 1}]'`)
  const sql = `/* imports.update */ update ?? t join json_table(?, '$[*]' columns (
      id bigint unsigned path '$[0]', ${paths.join(', ')})) n on n.id = t.id
    set ${columns.map((_, at) => `t.?? = n.c${at}`).join(', ')}, t.version = t.version + 1`
  const run = (rows: readonly string[]) =>
    trx.raw(sql, [table, `[${rows.join(',')}]`, ...columns.map(({ column }) => column)])
  let part: string[] = []
  let chars = 0
  for (const row of changed.rows) {
    const text = JSON.stringify(row)
    part.push(text)
    chars += text.length
    if (chars < CHARS_PER_UPDATE) continue
    await run(part)
    part = []
    chars = 0
  }
  if (part.length > 0) await run(part)
}

/** Writes the values of changed records. */
export async function updateRecords(
  kind: RecordKind,
  trx: Knex.Transaction,
  records: readonly Stored[],
  now: string,
): Promise<void> {
  if (records.length === 0) return
  await updateRows(trx, kind.table, {
    columns: [...kind.columns, ...(kind.times.includes('updated_at') ? [UPDATED_AT] : [])],
    rows: records.map(({ id, values }) => [
      id,
      ...kind.columns.map(({ field, type, empty }) => toColumn(type, values[field] ?? empty ?? null)),
      ...(kind.times.includes('updated_at') ? [now] : []),
    ]),
  })
}

/**
 * Keeps what was there before the import, so that it can be taken back. What an earlier row of the file changed
 * already keeps its first value.
 */
export async function keepImages(
  { trx, importNo }: Pick<Context, 'trx' | 'importNo'>,
  name: string,
  updates: readonly PlannedUpdate[],
): Promise<void> {
  if (updates.length === 0) return
  const key = { operation_no: importNo, kind: name }
  const ids = updates.map(({ stored }) => stored.id as string)
  const rows = (await trx('import_changes')
    .where(key)
    .whereIn('row_id', ids)
    .select('row_id', 'fields_before')) as { row_id: string; fields_before: Values | string }[]
  const held = new Map(
    rows.map(({ row_id, fields_before }) => [
      String(row_id),
      typeof fields_before === 'string' ? (JSON.parse(fields_before) as Values) : fields_before,
    ]),
  )
  await trx('import_changes')
    .insert(
      updates.map(({ stored, before }) => {
        const fields = Object.keys(stored.values).filter((field) => stored.values[field] !== before[field])
        const own = Object.fromEntries(fields.map((field) => [field, before[field] ?? null]))
        return {
          ...key,
          row_id: stored.id,
          version_after: stored.version + 1,
          fields_before: JSON.stringify({ ...own, ...held.get(stored.id as string) }),
        }
      }),
    )
    .onConflict(['operation_no', 'kind', 'row_id'])
    .merge(['version_after', 'fields_before'])
}

/** Adds to a sum that rows keep, by id; one statement. Their versions stay: it says nothing new of the rows themselves. */
export async function updateSums(
  trx: Knex.Transaction,
  table: string,
  column: string,
  sums: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = [...sums].filter(([, change]) => change !== 0)
  if (rows.length === 0) return
  await trx.raw(
    `/* imports.sums */ update ?? t join json_table(?, '$[*]' columns (
        id bigint unsigned path '$[0]', more bigint path '$[1]')) n on n.id = t.id
      set t.?? = t.?? + n.more`,
    [table, JSON.stringify(rows), column, column],
  )
}
