import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { patients } from './repository.ts'
import { phoneBeginnings, type SearchQuery } from './search-query.ts'
import type { RowsRead } from './search-words.ts'
import { clinicNumber } from './view.ts'

/** Sorts behind every character that the searched ASCII columns hold. */
const LAST_ASCII = '\x7f'
const CARD_DIGITS = 6
/** Ids of up to this many digits are looked for by their beginning. */
const MAX_ID_DIGITS = 9
const ENDINGS_MAX = 500

const reversed = (text: string): string => [...text].reverse().join('')

type Narrow = (query: Knex.QueryBuilder) => void

const beginning =
  (column: string, text: string): Narrow =>
  (query) =>
    query.whereBetween(column, [text, text + LAST_ASCII])

/** Ids whose clinic number begins with the digits: one range for each length of the number. */
function clinicRanges(digits: string): [number, number][] {
  const ranges: [number, number][] = []
  for (let length = Math.max(CARD_DIGITS, digits.length); length <= MAX_ID_DIGITS; length++) {
    // only the shortest numbers are filled up with zeros
    if (length > CARD_DIGITS && digits.startsWith('0')) break
    const span = 10 ** (length - digits.length)
    ranges.push([Number(digits) * span, (Number(digits) + 1) * span - 1])
  }
  return ranges
}

/** Ids up to `maxId` whose clinic number ends with the digits, the lowest first. */
function clinicEndings(digits: string, maxId: number): string[] {
  const step = 10 ** digits.length
  const ids: string[] = []
  for (let id = Number(digits); id <= maxId && ids.length < ENDINGS_MAX; id += step) {
    if (id > 0 && clinicNumber(String(id)).endsWith(digits)) ids.push(String(id))
  }
  return ids
}

/** The exact matches first, then by beginnings and ends: ranges of an index each. */
function ranges(query: SearchQuery): Narrow[] {
  const exact: Narrow[] = []
  const parts: Narrow[] = []
  const { idNumber, phone, wholePhone, clinicDigits } = query
  if (clinicDigits !== null) {
    const id = Number(clinicDigits)
    if (clinicNumber(String(id)) === `P-${clinicDigits.padStart(CARD_DIGITS, '0')}`)
      exact.push((q) => q.where({ id }))
    for (const range of clinicRanges(clinicDigits)) parts.push((q) => q.whereBetween('id', range))
  }
  if (idNumber !== null) {
    exact.push((q) => q.where({ id_number: idNumber }))
    parts.push(beginning('id_number', idNumber), beginning('id_number_reversed', reversed(idNumber)))
  }
  if (wholePhone !== null) exact.push((q) => q.where({ phone: wholePhone }))
  if (phone !== null) {
    for (const text of phoneBeginnings(phone)) parts.push(beginning('phone', text))
    if (!phone.startsWith('+')) parts.push(beginning('phone_reversed', reversed(phone)))
  }
  return [...exact, ...parts]
}

const REMEMBER_MS = 5000
/** More than an import can add while the figure is remembered. */
const HEADROOM = 1_000_000
const highest = new WeakMap<Db, { at: number; id: number }>()

/** A number that no id is above; a little too high costs nothing. */
async function idsUpTo(db: Db): Promise<number> {
  const known = highest.get(db)
  if (known !== undefined && Date.now() - known.at < REMEMBER_MS) return known.id
  const row = await reading(
    db('counters').comment('patients.max-id').where({ name: 'patient' }).first('value'),
  )
  const id = Number(row?.value ?? 0) + HEADROOM
  highest.set(db, { at: Date.now(), id })
  return id
}

interface Hits {
  /** In the order of the ways that found them, each once. */
  ids: string[]
  /** No way stopped at its limit. */
  isAll: boolean
}

/** Ids by each way, at most `limit` of each, in one statement. */
async function hits(db: Db, ways: readonly Narrow[], limit: number, deletedToo: boolean): Promise<Hits> {
  if (ways.length === 0) return { ids: [], isAll: true }
  const parts = ways.map((narrow, rank) => {
    const part = db('patients')
      .select('id', db.raw('? as place', [rank]))
      .limit(limit)
    if (!deletedToo) part.whereNull('deleted_at')
    narrow(part)
    return part
  })
  // all of them in brackets: otherwise the limit of the first would be that of the whole
  const union = db.unionAll(parts, true).comment('patients.search-numbers')
  const rows = (await reading(union)) as { id: string; place: number }[]
  const counts = ways.map((_, rank) => rows.filter((row) => row.place === rank).length)
  rows.sort((a, b) => a.place - b.place)
  return { ids: [...new Set(rows.map((row) => row.id))], isAll: counts.every((count) => count < limit) }
}

/** Only the last ones, which lie far apart in the table, are looked for when nothing nearer is enough. */
async function endingsOf(db: Db, clinicDigits: string | null): Promise<Narrow[]> {
  if (clinicDigits === null) return []
  const endings = clinicEndings(clinicDigits, await idsUpTo(db))
  return endings.length === 0 ? [] : [(query) => query.whereIn('id', endings)]
}

async function allHits(db: Db, query: SearchQuery, limit: number, deletedToo: boolean): Promise<Hits> {
  const near = await hits(db, ranges(query), limit, deletedToo)
  if (near.ids.length >= limit) return near
  const far = await hits(db, await endingsOf(db, query.clinicDigits), limit, deletedToo)
  return { ids: [...new Set([...near.ids, ...far.ids])], isAll: near.isAll && far.isAll }
}

/**
 * Ids of patients by identity, telephone or clinic number: whole numbers first, then beginnings and ends. Each way
 * gives at most `limit`, so when there are no more than that in all, all are there. Whether a patient is deleted
 * stands in the row, and rows are what a search waits for: only those that will be shown are read, into `read`.
 */
export async function findByNumber(
  db: Db,
  query: SearchQuery,
  limit: number,
  read: RowsRead = new Map(),
): Promise<string[]> {
  if (query.idNumber === null && query.phone === null && query.clinicDigits === null) return []
  const { ids, isAll } = await allHits(db, query, limit, true)
  const best = ids.slice(0, limit)
  const rows = await patients.findMany(db, best)
  for (const row of rows) read.set(row.id, row)
  if (rows.length === best.length || (isAll && ids.length <= limit)) return best.filter((id) => read.has(id))
  return (await allHits(db, query, limit, false)).ids.slice(0, limit)
}
