import type { Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'

/**
 * Takes `n` patient ids and answers the first of them. A statement of its own, outside the transaction that uses them,
 * so that nobody waits for a counter that a long chunk holds; ids of a failed transaction are never used again.
 */
export async function allocatePatientIds(db: Knex, n: number): Promise<number> {
  // the statement's own answer carries the new value: no transaction, one round trip
  const [result] = await reading(
    db.raw(
      "/* patients.allocate-ids */ update counters set value = last_insert_id(value + ?) where name = 'patient'",
      [n],
    ) as unknown as PromiseLike<[{ insertId: number | string }]>,
  )
  return Number(result.insertId) - n + 1
}
