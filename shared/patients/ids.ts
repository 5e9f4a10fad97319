import type { Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'

/**
 * Takes `n` patient ids and answers the first of them. A statement of its own, outside the transaction that uses them,
 * so that nobody waits for a counter that a long chunk holds; ids of a failed transaction are never used again.
 */
export async function allocatePatientIds(db: Knex, n: number): Promise<number> {
  return reading(
    db.transaction(async (trx) => {
      await trx('counters').where({ name: 'patient' }).increment('value', n)
      const row = await trx('counters').where({ name: 'patient' }).first('value')
      return Number(row?.value) - n + 1
    }),
  )
}
