import { type WriteDeps, writing } from '../cache/writing.ts'
import { readCommonCodes } from './common.ts'
import { ICD10 } from './reads.ts'
import { insertNewCodes } from './repository.ts'

/** Loads the codes that ship with the system, each once however often it runs; answers how many were new. */
export async function loadCommonCodes(deps: WriteDeps): Promise<{ inserted: number; total: number }> {
  const codes = await readCommonCodes()
  const inserted = await writing(deps, ICD10, async (trx) => ({ result: await insertNewCodes(trx, codes) }))
  return { inserted, total: codes.length }
}
