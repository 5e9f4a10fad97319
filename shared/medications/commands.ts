import { invalidate } from '../cache/invalidate.ts'
import { noteInvalidation } from '../cache/notes.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { readFormulary } from './formulary.ts'
import { MEDICATIONS } from './reads.ts'
import { insertNew } from './repository.ts'

/** Loads the medicines that ship with the system, each once however often it runs; answers how many were new. */
export async function loadFormulary(deps: Deps): Promise<{ inserted: number; total: number }> {
  const medications = await readFormulary()
  const { inserted, note } = await inTransaction(deps.db, async (trx) => ({
    inserted: await insertNew(trx, medications),
    note: await noteInvalidation(trx, { domain: MEDICATIONS }),
  }))
  await invalidate(deps, { domain: MEDICATIONS, note })
  return { inserted, total: medications.length }
}
