import type { FoundPair } from '../../../shared/imports/duplicates/repository.ts'
import type { LightRow } from '../../../shared/patients/pairs/reads.ts'
import {
  type Comparable,
  comparable,
  compareRecords,
  LEAST_PAIR_SCORE,
} from '../../../shared/patients/pairs/rules.ts'
import { breathe, ROWS_A_BREATH } from '../../runtime/breathe.ts'

/** A record as it is compared. */
export interface Person extends Comparable {
  importNo: number | null
}

export const personOf = (row: LightRow): Person => comparable(row)

/** The members of each group. */
export function groupBy<T, Key>(all: Iterable<T>, keyOf: (each: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>()
  for (const each of all) {
    const key = keyOf(each)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return groups
}

/** Pairs that were found, each once however often. */
export class Pairs {
  readonly #importNo: number
  readonly #found = new Map<string, FoundPair>()

  constructor(importNo: number) {
    this.#importNo = importNo
  }

  get found(): FoundPair[] {
    return [...this.#found.values()]
  }

  /** Compares two records, of which one must be the import's; of two of them the later row is the imported one. */
  compare(a: Person, b: Person): void {
    if (a.id === b.id || (!this.#isOwn(a) && !this.#isOwn(b))) return
    const verdict = compareRecords(a, b)
    if (verdict === undefined || verdict.score < LEAST_PAIR_SCORE) return
    const isFirst = this.#isOwn(a) && (!this.#isOwn(b) || BigInt(a.id) > BigInt(b.id))
    const [imported, other] = isFirst ? [a.id, b.id] : [b.id, a.id]
    this.#found.set(`${imported} ${other}`, {
      imported,
      other,
      score: verdict.score,
      reasons: verdict.reasons,
    })
  }

  #isOwn({ importNo }: Person): boolean {
    return importNo === this.#importNo
  }
}

/** Compares each of one list with each of another. */
export async function compareAll(pairs: Pairs, some: readonly Person[], others: readonly Person[]) {
  let n = 0
  for (const a of some)
    for (const b of others) {
      if (++n % ROWS_A_BREATH === 0) await breathe()
      pairs.compare(a, b)
    }
}

/** Words shorter than this are alike only when they are equal. */
const SHORTEST_WITH_SLIP = 5

/** What two words have in common when they are equal, or long and but one slip apart: the word with a letter left out. */
function keysOfWord(word: string): string[] {
  if (word.length < SHORTEST_WITH_SLIP) return [word]
  const keys = new Set([word])
  for (let at = 0; at < word.length; at++) keys.add(word.slice(0, at) + word.slice(at + 1))
  return [...keys]
}

/**
 * Compares all of a group with one another whose names may be alike, without trying each with each: of two names that
 * are alike, every word of the shorter one has its like in the other, so it is enough to look its rarest word up.
 */
export async function compareByWords(pairs: Pairs, people: readonly Person[]): Promise<void> {
  const byKey = new Map<string, Person[]>()
  for (const person of people)
    for (const key of new Set(person.words.flatMap(keysOfWord))) {
      const known = byKey.get(key)
      if (known === undefined) byKey.set(key, [person])
      else known.push(person)
    }
  let n = 0
  for (const person of people) {
    let rarest: Set<Person> | undefined
    for (const word of person.words) {
      const like = new Set(keysOfWord(word).flatMap((key) => byKey.get(key) ?? []))
      if (rarest === undefined || like.size < rarest.size) rarest = like
    }
    for (const other of rarest ?? []) {
      if (++n % ROWS_A_BREATH === 0) await breathe()
      pairs.compare(person, other)
    }
  }
}
