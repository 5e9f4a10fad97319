import type { Db } from '../db/connect.ts'
import type { PatientRow } from './model.ts'
import { patients } from './repository.ts'
import { findByNumber } from './search-numbers.ts'
import type { SearchQuery } from './search-query.ts'
import { findByWords, type RowsRead } from './search-words.ts'

/** How many patients a search shows. */
export const SEARCH_LIMIT = 20

/** The best patients for a query: numbers first, then names. All of them when there are no more than twenty. */
export async function searchPatientRows(db: Db, query: SearchQuery): Promise<PatientRow[]> {
  const read: RowsRead = new Map()
  const [byNumber, byName] = await Promise.all([
    findByNumber(db, query, SEARCH_LIMIT, read),
    findByWords(db, query.words, SEARCH_LIMIT, read),
  ])
  const ids = [...new Set([...byNumber, ...byName])].slice(0, SEARCH_LIMIT)
  const missing = await patients.findMany(
    db,
    ids.filter((id) => !read.has(id)),
  )
  for (const row of missing) read.set(row.id, row)
  return ids.flatMap((id) => read.get(id) ?? [])
}
