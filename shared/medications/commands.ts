import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { readFormulary } from './formulary.ts'
import { insertNew } from './repository.ts'

/** Loads the medicines that ship with the system, each once however often it runs; answers how many were new. */
export async function loadFormulary(deps: Deps): Promise<{ inserted: number; total: number }> {
  const medications = await readFormulary()
  const inserted = await inTransaction(deps.db, (trx) => insertNew(trx, medications))
  return { inserted, total: medications.length }
}
