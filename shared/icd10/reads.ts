import { createHash } from 'node:crypto'
import { type Cached, cachedList, METADATA_TTL_S } from '../cache/read-cache.ts'
import type { Deps } from '../deps.ts'
import { codesLike, codesWithWords } from './repository.ts'
import type { Icd10Found } from './schema.ts'

export { titlesOf } from './repository.ts'

/** Name of the list of codes in the cache. */
export const ICD10 = 'icd10'

const BEST = 20
const MAX_WORDS = 6
/** A letter and a digit: no title begins so. */
const CODE = /^[a-z][0-9][0-9a-z.]{0,6}$/i

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

/** The best twenty codes for a code's beginning or for words of a title; kept for a day, made old by every change. */
export async function findCodes(deps: ReadDeps, text: string): Promise<Cached> {
  const words = text.normalize('NFC').toLowerCase().split(/\s+/u).filter(Boolean).slice(0, MAX_WORDS)
  // what a doctor types is nobody else's business: the key is a hash
  const key = createHash('sha256').update(JSON.stringify(words)).digest('base64url')
  return cachedList(deps, { domain: ICD10, variant: 'found-1', key, ttlS: METADATA_TTL_S }, async () => {
    const [first] = words
    if (first === undefined) return { data: [] } satisfies Icd10Found
    const isCode = words.length === 1 && CODE.test(first)
    const data = isCode
      ? await codesLike(deps.db, first.toUpperCase(), BEST)
      : await codesWithWords(deps.db, words, BEST)
    return { data } satisfies Icd10Found
  })
}
