import { nameWords } from '../../shared/units/names.ts'
import type { BenchPatient } from './rows.ts'

/** What a search must find, worked out from the whole list in memory, without the database or its search code. */
export interface Oracle {
  add(person: BenchPatient): void
  /** Ids that match, and those of them in which every typed word is a whole one. */
  matches(text: string): { all: Set<number>; whole: Set<number> }
}

const cardOf = (id: number): string => String(id).padStart(6, '0')
const reversed = (text: string): string => [...text].reverse().join('')

/** Texts in order, with what belongs to each: beginnings are found by halving. */
class Sorted<T> {
  readonly #entries: [string, T][] = []
  #isSorted = false

  add(text: string, value: T): void {
    this.#entries.push([text, value])
  }

  begins(text: string): T[] {
    if (!this.#isSorted) this.#entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    this.#isSorted = true
    let [low, high] = [0, this.#entries.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#entries[middle]?.[0] as string) < text) low = middle + 1
      else high = middle
    }
    const found: T[] = []
    for (let entry = this.#entries[low]; entry?.[0].startsWith(text); entry = this.#entries[++low])
      found.push(entry[1])
    return found
  }
}

/** An empty {@link Oracle}. */
export function createOracle(): Oracle {
  const idsOf = new Map<string, number[]>()
  const vocabulary = new Sorted<number[]>()
  /** The words of each person by id. */
  const wordsOf: string[][] = []
  const places = ['cards', 'cardEnds', 'numbers', 'numberEnds', 'phones', 'phoneEnds'] as const
  const at = Object.fromEntries(places.map((place) => [place, new Sorted<number>()])) as Record<
    (typeof places)[number],
    Sorted<number>
  >

  /** Everybody with a word that begins like the rarest of the typed ones, looked through one by one. */
  const byWords = (typed: string[]): Set<number> => {
    const lists = typed.map((text) => vocabulary.begins(text))
    const sizes = lists.map((list) => list.reduce((sum, ids) => sum + ids.length, 0))
    const rarest = lists[sizes.indexOf(Math.min(...sizes))] ?? []
    const all = new Set<number>()
    for (const ids of rarest)
      for (const id of ids)
        if (typed.every((text) => wordsOf[id]?.some((word) => word.startsWith(text)))) all.add(id)
    return all
  }
  const byDigits = (typed: string): Set<number> => {
    const digits = typed.replace(/^P-?/, '')
    const cards = [...at.cards.begins(digits), ...at.cardEnds.begins(reversed(digits))]
    if (cardOf(Number(digits)).endsWith(digits) && wordsOf[Number(digits)]) cards.push(Number(digits))
    if (typed.startsWith('P')) return new Set(cards)
    const phone = typed.startsWith('0') ? `+6${typed}` : `+${typed}`
    const others = [
      ...at.numbers.begins(typed),
      ...at.numberEnds.begins(reversed(typed)),
      ...at.phones.begins(phone),
      ...at.phoneEnds.begins(reversed(typed)),
    ]
    return new Set([...cards, ...others])
  }
  return {
    add({ id, name, idNumber, phone }) {
      const words = nameWords(name)
      wordsOf[id] = words
      for (const word of words) {
        const list = idsOf.get(word)
        if (list !== undefined) list.push(id)
        else {
          const ids = [id]
          idsOf.set(word, ids)
          vocabulary.add(word, ids)
        }
      }
      at.cards.add(cardOf(id), id)
      at.cardEnds.add(reversed(cardOf(id)), id)
      at.numbers.add(idNumber, id)
      at.numberEnds.add(reversed(idNumber), id)
      at.phones.add(phone, id)
      at.phoneEnds.add(reversed(phone), id)
    },
    matches(text) {
      if (/^(P-)?\d+$/.test(text)) return { all: byDigits(text), whole: new Set() }
      const words = nameWords(text)
      const all = byWords(words)
      const isWhole = (id: number) => words.every((word) => wordsOf[id]?.includes(word))
      return { all, whole: new Set([...all].filter(isWhole)) }
    },
  }
}
