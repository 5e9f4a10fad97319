import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { nameWords } from '../units/names.ts'
import { searchMask } from './words.ts'

/** Sorts behind every character in the binary order of words. */
const LAST_CHARACTER = '\u{10ffff}'
/** Candidates taken at first: nearly always enough for twenty. */
const FIRST_PAGE = 64
const NEXT_PAGE = 1000

const endOf = (beginning: string): string => beginning + LAST_CHARACTER

/**
 * Roughly how many entries each word has, as a whole and as a beginning, by the optimizer's look into the index: one
 * round trip that costs the same however common the words are.
 */
async function estimate(db: Db, words: readonly string[]): Promise<{ whole: number[]; begins: number[] }> {
  const whole = words.map(() => 'select 1 from patient_words where word = ?')
  const begins = words.map(() => 'select 1 from patient_words where word >= ? and word <= ?')
  const [rows] = (await reading(
    db.raw(`explain /* patients.search-estimate */ ${[...whole, ...begins].join(' union all ')}`, [
      ...words,
      ...words.flatMap((word) => [word, endOf(word)]),
    ]),
  )) as [{ rows: string | null }[]]
  const counts = rows.slice(0, words.length * 2).map((row) => Number(row.rows ?? 0))
  return { whole: counts.slice(0, words.length), begins: counts.slice(words.length) }
}

const indexOfLeast = (counts: readonly number[]): number => counts.indexOf(Math.min(...counts))

/** Ids with every word as a whole one, lowest first: the rarest word's entries that the signature lets through. */
async function findWhole(db: Db, words: readonly string[], rarest: number, limit: number): Promise<string[]> {
  const others = words.filter((_, i) => i !== rarest)
  const joins = others.map(
    (_, i) => `straight_join patient_words w${i} on w${i}.word = ? and w${i}.patient_id = w.patient_id`,
  )
  const filter = others.length === 0 ? '' : 'and w.signature & cast(? as unsigned) = cast(? as unsigned)'
  const mask = searchMask(others, true)
  const [rows] = (await reading(
    db.raw(
      `select /* patients.search-whole */ w.patient_id as id from patient_words w ${joins.join(' ')}
        where w.word = ? ${filter} order by w.patient_id limit ?`,
      [...others, words[rarest] as string, ...(others.length === 0 ? [] : [mask, mask]), limit],
    ),
  )) as [{ id: string }[]]
  return rows.map((row) => row.id)
}

interface Posting {
  word: string
  id: string
}

/** Entries of one beginning, in index order after the last one seen, that the signature lets through. */
async function postings(
  db: Db,
  beginning: string,
  mask: string,
  after: Posting | undefined,
  limit: number,
): Promise<Posting[]> {
  const from = after === undefined ? 'word >= ?' : '(word > ? or (word = ? and patient_id > ?))'
  const bindings = after === undefined ? [beginning] : [after.word, after.word, after.id]
  const [rows] = (await reading(
    db.raw(
      `select /* patients.search-begins */ word, patient_id as id from patient_words
        where ${from} and word <= ? and signature & cast(? as unsigned) = cast(? as unsigned)
        order by word, patient_id limit ?`,
      [...bindings, endOf(beginning), mask, mask, limit],
    ),
  )) as [Posting[]]
  return rows
}

/** Those of the ids whose name has a beginning for every word, with how many of them are whole words. */
async function confirm(
  db: Db,
  ids: string[],
  words: readonly string[],
): Promise<{ id: string; whole: number }[]> {
  if (ids.length === 0) return []
  const rows = (await reading(
    db('patients')
      .comment('patients.search-names')
      .whereIn('id', ids)
      .whereNull('deleted_at')
      .select('id', 'name'),
  )) as { id: string; name: string }[]
  return rows.flatMap(({ id, name }) => {
    const parts = nameWords(name)
    if (!words.every((word) => parts.some((part) => part.startsWith(word)))) return []
    return [{ id, whole: words.filter((word) => parts.includes(word)).length }]
  })
}

/** Ids not `known` yet in whose names every word begins one, more whole words first. Stops at `limit`. */
async function findBeginnings(
  db: Db,
  words: readonly string[],
  rarest: string,
  known: ReadonlySet<string>,
  limit: number,
): Promise<string[]> {
  const mask = searchMask(
    words.filter((word) => word !== rarest),
    false,
  )
  const seen = new Set(known)
  const found: { id: string; whole: number }[] = []
  let after: Posting | undefined
  for (let size = FIRST_PAGE; ; size = NEXT_PAGE) {
    const page = await postings(db, rarest, mask, after, size)
    const fresh = [...new Set(page.map((posting) => posting.id))].filter((id) => !seen.has(id))
    for (const id of fresh) seen.add(id)
    found.push(...(await confirm(db, fresh, words)))
    if (found.length >= limit || page.length < size) break
    after = page.at(-1)
  }
  found.sort((a, b) => b.whole - a.whole || Number(a.id) - Number(b.id))
  return found.slice(0, limit).map((each) => each.id)
}

/** Words that say something of their own: "al" adds nothing to "ali". */
const telling = (words: readonly string[]): string[] =>
  words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)))

/**
 * Ids of patients in whose names every typed word begins a word, in any order; names with all of them as whole words
 * first. Complete when there are no more than `limit`. The rarest word drives; the signature beside each entry
 * (see words.ts) keeps the others from being looked up one by one.
 */
export async function findByWords(db: Db, words: readonly string[], limit: number): Promise<string[]> {
  if (words.length === 0) return []
  const { whole, begins } = words.length === 1 ? { whole: [0], begins: [0] } : await estimate(db, words)
  const first = await findWhole(db, words, indexOfLeast(whole), limit)
  if (first.length >= limit) return first
  const parts = telling(words)
  const counts = parts.map((part) => begins[words.indexOf(part)] ?? 0)
  const driver = parts[indexOfLeast(counts)] as string
  return [...first, ...(await findBeginnings(db, parts, driver, new Set(first), limit - first.length))]
}
