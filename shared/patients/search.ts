import type { Db } from '../db/connect.ts'
import type { PatientRow } from './model.ts'
import { patients } from './repository.ts'
import { findByNumber } from './search-numbers.ts'
import type { SearchQuery } from './search-query.ts'
import { findByWords } from './search-words.ts'

/** How many patients a search shows. */
export const SEARCH_LIMIT = 20

/** The best patients for a query: numbers first, then names. All of them when there are no more than twenty. */
export async function searchPatientRows(db: Db, query: SearchQuery): Promise<PatientRow[]> {
  const byNumber = await findByNumber(db, query, SEARCH_LIMIT)
  const byName = byNumber.length < SEARCH_LIMIT ? await findByWords(db, query.words, SEARCH_LIMIT) : []
  const ids = [...new Set([...byNumber, ...byName])].slice(0, SEARCH_LIMIT)
  return patients.findMany(db, ids)
}
