import type { Knex } from '../db/connect.ts'
import type { Reference } from './references.ts'

const KEYS_A_STATEMENT = 500

/** Rows of one table that a merge has moved. */
export interface Moved {
  table: string
  column: string
  /** The rest of each row's primary key. */
  keys: string[][]
}

const keysOf = async (
  trx: Knex.Transaction,
  { table, column, key }: Reference,
  id: string,
): Promise<string[][]> => {
  const rows = (await trx(table)
    .comment('patients.merge-keys')
    .where(column, id)
    .forUpdate()
    .select(key.length === 0 ? [column] : key)) as Record<string, string | number>[]
  return rows.map((row) => key.map((name) => String(row[name])))
}

const textOf = (key: readonly string[]): string => JSON.stringify(key)

/**
 * Gives the rows of one patient in a table to another, and says which. A row that may stand only once for each patient
 * stays with its own where the other one has such a row.
 */
export async function moveRows(
  trx: Knex.Transaction,
  reference: Reference,
  from: string,
  to: string,
): Promise<Moved> {
  const { table, column, isUnique } = reference
  const before = await keysOf(trx, reference, from)
  if (before.length === 0) return { table, column, keys: [] }
  if (!isUnique) {
    await trx(table)
      .comment('patients.merge-move')
      .where(column, from)
      .update({ [column]: to })
    return { table, column, keys: before }
  }
  await trx.raw('update /* patients.merge-move */ ignore ?? set ?? = ? where ?? = ?', [
    table,
    column,
    to,
    column,
    from,
  ])
  const left = new Set((await keysOf(trx, reference, from)).map(textOf))
  return { table, column, keys: before.filter((key) => !left.has(textOf(key))) }
}

/** Keeps which rows were moved. */
export async function rememberRows(
  trx: Knex.Transaction,
  mergeId: string,
  moved: readonly Moved[],
): Promise<void> {
  const rows = moved.flatMap(({ table, column, keys }) =>
    keys.map((key) => ({
      merge_id: mergeId,
      table_name: table,
      column_name: column,
      row_key: textOf(key),
    })),
  )
  for (let at = 0; at < rows.length; at += KEYS_A_STATEMENT)
    await trx('patient_merge_rows')
      .comment('patients.merge-remember')
      .insert(rows.slice(at, at + KEYS_A_STATEMENT))
}

/** The rows that a merge has moved, by table. */
export async function rememberedRows(trx: Knex.Transaction, mergeId: string): Promise<Moved[]> {
  const rows = (await trx('patient_merge_rows')
    .comment('patients.merge-moved')
    .where({ merge_id: mergeId })
    .select('table_name', 'column_name', 'row_key')) as Record<string, string>[]
  const byTable = new Map<string, Moved>()
  for (const { table_name: table = '', column_name: column = '', row_key: key = '[]' } of rows) {
    const moved = byTable.get(`${table}.${column}`) ?? { table, column, keys: [] }
    moved.keys.push(JSON.parse(key))
    byTable.set(`${table}.${column}`, moved)
  }
  return [...byTable.values()]
}

/** Gives moved rows back, those that are still there; answers how many. */
export async function returnRows(
  trx: Knex.Transaction,
  { column, keys, table }: Moved,
  reference: Reference,
  from: string,
  to: string,
): Promise<number> {
  let returned = 0
  for (let at = 0; at < keys.length; at += KEYS_A_STATEMENT) {
    const some = keys.slice(at, at + KEYS_A_STATEMENT)
    const query = trx(table).comment('patients.merge-return').where(column, from)
    if (reference.key.length > 0)
      query.whereIn(reference.key as unknown as string, some as unknown as string[])
    returned += Number(await query.update({ [column]: to }))
  }
  return returned
}

/** Those references by which a patient has rows at all: one question for all tables. */
export async function referencesInUse(
  trx: Knex.Transaction,
  references: readonly Reference[],
  patientId: string,
): Promise<Reference[]> {
  const has = ({ table, column }: Reference, at: number) =>
    trx(table)
      .where(column, patientId)
      .select(trx.raw('? as at', [at]))
      .limit(1)
  const rows = (await trx.unionAll(references.map(has), true).comment('patients.merge-in-use')) as {
    at: number | string
  }[]
  const used = new Set(rows.map(({ at }) => Number(at)))
  return references.filter((_, at) => used.has(at))
}

/** How far each table with a number of its own was: rows above it are later ones. One question for all tables. */
export async function highestKeys(
  trx: Knex.Transaction,
  references: readonly Reference[],
): Promise<Record<string, string>> {
  const keys = new Map(references.flatMap(({ table, key, isRising }) => (isRising ? [[table, key[0]]] : [])))
  const highest = [...keys].map(([table, key]) =>
    trx(table)
      .select(trx.raw('? as name', [table]))
      .max({ id: key as string }),
  )
  const rows = (await trx.unionAll(highest).comment('patients.merge-highest')) as {
    name: string
    id: string | number | null
  }[]
  return Object.fromEntries(rows.map(({ name, id }) => [name, String(id ?? 0)]))
}

const MOST_LISTED = 100

/** A patient's rows that came after a merge: their number and the first of their ids. */
export interface Later {
  table: string
  count: number
  ids: string[]
}

/** What a patient has in each table above a key. */
export async function laterRows(
  trx: Knex.Transaction,
  references: readonly Reference[],
  highest: Readonly<Record<string, string>>,
  patientId: string,
): Promise<Later[]> {
  const found: Later[] = []
  for (const { table, column, key, isRising } of references) {
    const [id] = key
    if (id === undefined || !isRising || highest[table] === undefined) continue
    const ids = (await trx(table)
      .comment('patients.merge-later')
      .where(column, patientId)
      .where(id, '>', highest[table])
      .orderBy(id)
      .pluck(id)) as string[]
    if (ids.length > 0) found.push({ table, count: ids.length, ids: ids.slice(0, MOST_LISTED).map(String) })
  }
  return found
}
