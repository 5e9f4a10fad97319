import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { Icd10Code } from './common.ts'

const like = (text: string) => text.replace(/[%_|]/g, '|$&')

/** Adds codes that are new and leaves the others as they are; answers how many were new. */
export async function insertNewCodes(trx: Knex.Transaction, codes: readonly Icd10Code[]): Promise<number> {
  const known = new Set(
    await trx('icd10_codes')
      .comment('icd10.known')
      .whereIn(
        'code',
        codes.map(({ code }) => code),
      )
      .forUpdate()
      .pluck('code'),
  )
  const fresh = codes.filter(({ code }) => !known.has(code))
  if (fresh.length > 0) await trx('icd10_codes').comment('icd10.insert').insert(fresh)
  return fresh.length
}

/** Codes in use that begin like this (with or without the dot); the shortest first. */
export function codesLike(db: Db, beginning: string, limit: number): Promise<Icd10Code[]> {
  const category = 3
  const dotted =
    beginning.length > category && !beginning.includes('.')
      ? `${beginning.slice(0, category)}.${beginning.slice(category)}`
      : beginning
  return reading(
    db('icd10_codes')
      .comment('icd10.by-code')
      .where('active', 1)
      .whereRaw("code like ? escape '|'", [`${like(dotted)}%`])
      .orderBy('code')
      .limit(limit)
      .select('code', 'title') as PromiseLike<Icd10Code[]>,
  )
}

/** Codes in use whose titles have all the words, each anywhere; titles that begin with the first word come first. */
export function codesWithWords(db: Db, words: readonly string[], limit: number): Promise<Icd10Code[]> {
  const query = db('icd10_codes').comment('icd10.by-words').where('active', 1)
  for (const word of words) query.whereRaw("title like ? escape '|'", [`%${like(word)}%`])
  return reading(
    query
      .orderByRaw("title like ? escape '|' desc", [`${like(words[0] ?? '')}%`])
      .orderBy('code')
      .limit(limit)
      .select('code', 'title') as PromiseLike<Icd10Code[]>,
  )
}

/** The titles of those of these codes that are in use. */
export async function titlesOf(db: Db, codes: readonly string[]): Promise<Map<string, string>> {
  if (codes.length === 0) return new Map()
  const rows = await reading(
    db('icd10_codes')
      .comment('icd10.titles')
      .whereIn('code', [...codes])
      .where('active', 1)
      .select('code', 'title') as PromiseLike<Icd10Code[]>,
  )
  return new Map(rows.map(({ code, title }) => [code, title]))
}
