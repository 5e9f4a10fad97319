import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { nameWords } from '../units/names.ts'
import type { PatientRow } from './model.ts'
import { patients } from './repository.ts'
import { searchMask, type WordBits } from './words.ts'

/** Sorts behind every character in the binary order of words. */
const LAST_CHARACTER = '\u{10ffff}'
/** Candidates taken at first: few enough to read whole, and nearly always enough for twenty. */
const FIRST_PAGE = 30
const LONGEST_PAGE = 1000
/** Candidates whose names are looked at beyond those that are wanted: some do not match after all. */
const SPARE = 4
const nextPage = (size: number): number => Math.min(2 * size, LONGEST_PAGE)

const endOf = (beginning: string): string => beginning + LAST_CHARACTER

/** Entries of a word as a whole and as a beginning, roughly. */
interface Frequency {
  whole: number
  begins: number
}

const REMEMBER_MS = 10 * 60_000
const REMEMBER_WORDS = 20_000
const remembered = new WeakMap<Db, { since: number; words: Map<string, Frequency> }>()

/** What this process knows of frequencies: old figures only cost time, never a result. */
function memoryOf(db: Db): Map<string, Frequency> {
  const known = remembered.get(db)
  if (known && Date.now() - known.since < REMEMBER_MS && known.words.size < REMEMBER_WORDS) return known.words
  const words = new Map<string, Frequency>()
  remembered.set(db, { since: Date.now(), words })
  return words
}

/**
 * Roughly how many entries each word has, by the optimizer's look into the index: one round trip that costs the same
 * however common the words are.
 */
async function frequencies(db: Db, words: readonly string[]): Promise<Frequency[]> {
  const memory = memoryOf(db)
  const unknown = words.filter((word) => !memory.has(word))
  if (unknown.length > 0) {
    const parts = unknown.flatMap(() => [
      'select 1 from patient_words where word = ?',
      'select 1 from patient_words where word >= ? and word <= ?',
    ])
    const bindings = unknown.flatMap((word) => [word, word, endOf(word)])
    const [rows] = (await reading(
      db.raw(`explain /* patients.search-estimate */ ${parts.join(' union all ')}`, bindings),
    )) as [{ rows: string | null }[]]
    unknown.forEach((word, i) => {
      const [whole, begins] = [rows[2 * i], rows[2 * i + 1]].map((row) => Number(row?.rows ?? 0))
      memory.set(word, { whole: whole as number, begins: begins as number })
    })
  }
  return words.map((word) => memory.get(word) as Frequency)
}

const indexOfLeast = (counts: readonly number[]): number => counts.indexOf(Math.min(...counts))

/** The condition that an entry has all bits of a mask, as SQL that may stand behind another condition. */
function having(mask: WordBits, table = 'patient_words'): { sql: string; bindings: number[] } {
  const wanted = Object.entries(mask).filter(([, bits]) => bits !== 0)
  return {
    sql: wanted.map(([column]) => `and ${table}.${column} & ? = ?`).join(' '),
    bindings: wanted.flatMap(([, bits]) => [bits, bits]),
  }
}

/** Ids with every word as a whole one, lowest first: the rarest word's entries whose bits let the others through. */
async function findWhole(db: Db, words: readonly string[], rarest: number, limit: number): Promise<string[]> {
  const others = words.filter((_, i) => i !== rarest)
  const joins = others.map(
    (_, i) => `straight_join patient_words w${i} on w${i}.word = ? and w${i}.patient_id = w.patient_id`,
  )
  const filter = having(searchMask(others, true), 'w')
  const [rows] = (await reading(
    db.raw(
      `select /* patients.search-whole */ w.patient_id as id from patient_words w ${joins.join(' ')}
        where w.word = ? ${filter.sql} order by w.patient_id limit ?`,
      [...others, words[rarest] as string, ...filter.bindings, limit],
    ),
  )) as [{ id: string }[]]
  return rows.map((row) => row.id)
}

interface Posting {
  word: string
  id: string
}

/** Entries of one beginning whose bits hold the mask, in index order after the last one seen. */
async function postings(
  db: Db,
  beginning: string,
  mask: WordBits | null,
  after: Posting | undefined,
  limit: number,
): Promise<Posting[]> {
  const from = after === undefined ? 'word >= ?' : '(word > ? or (word = ? and patient_id > ?))'
  const bindings = after === undefined ? [beginning] : [after.word, after.word, after.id]
  const filter = mask === null ? { sql: '', bindings: [] } : having(mask)
  const [rows] = (await reading(
    db.raw(
      `select /* patients.search-begins */ word, patient_id as id from patient_words
        where ${from} and word <= ? ${filter.sql} order by word, patient_id limit ?`,
      [...bindings, endOf(beginning), ...filter.bindings, limit],
    ),
  )) as [Posting[]]
  return rows
}

/** Rows that were read whole on the way, by id: they need not be read again to be shown. */
export type RowsRead = Map<string, PatientRow>

async function namesOf(db: Db, ids: string[], read: RowsRead): Promise<{ id: string; name: string }[]> {
  if (ids.length > FIRST_PAGE)
    return reading(
      db('patients')
        .comment('patients.search-names')
        .whereIn('id', ids)
        .whereNull('deleted_at')
        .select('id', 'name'),
    )
  const rows = await patients.findMany(db, ids)
  for (const row of rows) read.set(row.id, row)
  return rows
}

interface Found {
  id: string
  /** How many of the typed words are whole words of the name. */
  whole: number
}

/** Those of the ids whose name has a beginning for every word. */
async function confirm(db: Db, ids: string[], words: readonly string[], read: RowsRead): Promise<Found[]> {
  if (ids.length === 0) return []
  const rows = await namesOf(db, ids, read)
  return rows.flatMap(({ id, name }) => {
    const parts = nameWords(name)
    if (!words.every((word) => parts.some((part) => part.startsWith(word)))) return []
    return [{ id, whole: words.filter((word) => parts.includes(word)).length }]
  })
}

/** A search of several words on its way. */
interface Beginnings {
  words: readonly string[]
  /** The typed beginning with the fewest entries, whose pages are gone through. */
  rarest: string
  mask: WordBits
  firstPage: Posting[]
  /** Ids that were found already. */
  known: readonly string[]
}

/** Up to about `enough` patients, or all there are, in whose names every word begins one; none of those known. */
async function findBeginnings(
  db: Db,
  { words, rarest, mask, firstPage, known }: Beginnings,
  enough: number,
  read: RowsRead,
): Promise<string[]> {
  const seen = new Set(known)
  const found: Found[] = []
  let page = firstPage
  for (let size = FIRST_PAGE; ; ) {
    const fresh = [...new Set(page.map((posting) => posting.id))].filter((id) => !seen.has(id))
    for (const id of fresh) seen.add(id)
    // a row is what costs, so hardly more of them are read than will be shown
    for (let at = 0, step = SPARE; at < fresh.length && found.length < enough; at += step) {
      step = Math.max(enough - found.length + SPARE, 2 * step)
      found.push(...(await confirm(db, fresh.slice(at, at + step), words, read)))
    }
    if (found.length >= enough || page.length < size) break
    size = nextPage(size)
    page = await postings(db, rarest, mask, page.at(-1), size)
  }
  found.sort((a, b) => b.whole - a.whole || Number(a.id) - Number(b.id))
  return found.map((each) => each.id)
}

/** Whole words sort before longer ones, so that one range in index order has them first. */
async function findOneWord(db: Db, word: string, limit: number): Promise<string[]> {
  const ids = new Set<string>()
  let after: Posting | undefined
  for (let size = FIRST_PAGE; ; size = nextPage(size)) {
    const page = await postings(db, word, null, after, size)
    for (const posting of page) ids.add(posting.id)
    if (ids.size >= limit || page.length < size) return [...ids].slice(0, limit)
    after = page.at(-1)
  }
}

/**
 * Ids of patients in whose names every typed word begins a word, in any order; names with all of them as whole words
 * first. Complete when there are no more than `limit`. The rarest word drives; the bits beside each entry
 * (see words.ts) keep the others from being looked up one by one.
 */
export async function findByWords(
  db: Db,
  words: readonly string[],
  limit: number,
  read: RowsRead = new Map(),
): Promise<string[]> {
  const [only] = words
  if (only === undefined) return []
  if (words.length === 1) return findOneWord(db, only, limit)
  const counts = await frequencies(db, words)
  const rarest = words[indexOfLeast(counts.map((each) => each.begins))] as string
  const mask = searchMask(words, false)
  // side by side: of common words, going through the entries is what takes long
  const [known, firstPage] = await Promise.all([
    findWhole(db, words, indexOfLeast(counts.map((each) => each.whole)), limit),
    postings(db, rarest, mask, undefined, FIRST_PAGE),
  ])
  const enough = limit - known.length
  if (enough <= 0) return known
  const others = await findBeginnings(db, { words, rarest, mask, firstPage, known }, enough, read)
  return [...known, ...others].slice(0, limit)
}
