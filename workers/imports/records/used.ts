import type { Knex } from '../../../shared/db/connect.ts'

interface Reference {
  table: string
  column: string
}

/**
 * Which of these rows of a table others refer to: asked of the schema's foreign keys, so that a new table needs no entry
 * here. `owned` are the tables whose rows go together with the record.
 */
export async function referredTo(
  trx: Knex.Transaction,
  table: string,
  ids: readonly string[],
  owned: readonly string[] = [],
): Promise<Set<string>> {
  const [references] = (await trx.raw(
    `select table_name as \`table\`, column_name as \`column\` from information_schema.key_column_usage
     where table_schema = database() and referenced_table_schema = database() and referenced_table_name = ?
       and referenced_column_name = 'id'`,
    [table],
  )) as [Reference[]]
  const used = new Set<string>()
  for (const { table: name, column } of references) {
    if (owned.includes(name)) continue
    for (const id of await trx(name)
      .whereIn(column, [...ids])
      .distinct()
      .pluck(column))
      used.add(String(id))
  }
  return used
}
