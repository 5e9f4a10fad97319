import type { Knex } from '../../../shared/db/connect.ts'

/**
 * Takes `n` ids of imported records and answers the first of them. A statement of its own, outside the transaction that
 * uses them; ids of a failed one are never used again.
 */
export async function allocateIds(db: Knex, n: number): Promise<number> {
  const [result] = (await db.raw(
    "/* imports.allocate-ids */ update counters set value = last_insert_id(value + ?) where name = 'imported'",
    [n],
  )) as [{ insertId: number | string }]
  return Number(result.insertId) - n + 1
}
