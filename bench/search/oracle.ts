import { nameWords } from '../../shared/units/names.ts'
import type { BenchPatient } from './rows.ts'

/** How many a search must find, and who they are: ids that match, and those with every typed word as a whole one. */
export interface Matches {
  all: number
  whole: number
  isMatch(id: number): boolean
  isWhole(id: number): boolean
}

/** What a search must find, worked out from the whole list in memory, without the database or its search code. */
export interface Oracle {
  add(person: BenchPatient): void
  matches(text: string): Matches
}

const cardOf = (id: number): string => String(id).padStart(6, '0')
const reversed = (text: string): string => [...text].reverse().join('')

/** Lines `text id`, sorted as plain text when first asked: beginnings are found by halving. */
class Sorted {
  readonly #lines: string[] = []
  #isSorted = false

  add(text: string, id: number): void {
    this.#lines.push(`${text} ${id}`)
  }

  begins(text: string): number[] {
    if (!this.#isSorted) this.#lines.sort()
    this.#isSorted = true
    let [low, high] = [0, this.#lines.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#lines[middle] as string) < text) low = middle + 1
      else high = middle
    }
    const found: number[] = []
    for (let line = this.#lines[low]; line?.startsWith(text); line = this.#lines[++low])
      found.push(Number(line.slice(line.indexOf(' ') + 1)))
    return found
  }
}

/** Everybody's words as numbers, so that a query looks through a million names in milliseconds. */
class Names {
  readonly #numbers = new Map<string, number>()
  readonly #words: string[] = []
  /** The words of each person by id, as places in `#words`. */
  readonly #of: number[][] = []

  add(id: number, name: string): void {
    this.#of[id] = nameWords(name).map((word) => {
      let number = this.#numbers.get(word)
      if (number === undefined) {
        number = this.#words.push(word) - 1
        this.#numbers.set(word, number)
      }
      return number
    })
  }

  #has(id: number, choices: readonly Uint8Array[]): boolean {
    const own = this.#of[id]
    return own !== undefined && choices.every((choice) => own.some((word) => choice[word] === 1))
  }

  matches(text: string): Matches {
    const typed = nameWords(text)
    const choose = (fits: (word: string, text: string) => boolean) =>
      typed.map((each) => Uint8Array.from(this.#words, (word) => (fits(word, each) ? 1 : 0)))
    const begins = choose((word, each) => word.startsWith(each))
    const same = choose((word, each) => word === each)
    const isMatch = (id: number) => this.#has(id, begins)
    const isWhole = (id: number) => this.#has(id, same)
    const found = { all: 0, whole: 0, isMatch, isWhole }
    for (let id = 1; id < this.#of.length; id++) {
      if (!isMatch(id)) continue
      found.all++
      if (isWhole(id)) found.whole++
    }
    return found
  }
}

/** An empty {@link Oracle}. */
export function createOracle(): Oracle {
  const names = new Names()
  const places = ['cards', 'cardEnds', 'numbers', 'numberEnds', 'phones', 'phoneEnds'] as const
  const at = Object.fromEntries(places.map((place) => [place, new Sorted()])) as Record<
    (typeof places)[number],
    Sorted
  >
  const known = new Map<string, Matches>()

  const byDigits = (typed: string): number[] => {
    const digits = typed.replace(/^P-?/, '')
    const cards = [...at.cards.begins(digits), ...at.cardEnds.begins(reversed(digits))]
    if (typed.startsWith('P')) return cards
    const phone = typed.startsWith('0') ? `+6${typed}` : `+${typed}`
    return [
      ...cards,
      ...at.numbers.begins(typed),
      ...at.numberEnds.begins(reversed(typed)),
      ...at.phones.begins(phone),
      ...at.phoneEnds.begins(reversed(typed)),
    ]
  }
  const numberMatches = (text: string): Matches => {
    const ids = new Set(byDigits(text))
    return { all: ids.size, whole: 0, isMatch: (id) => ids.has(id), isWhole: () => false }
  }
  return {
    add({ id, name, idNumber, phone }) {
      names.add(id, name)
      at.cards.add(cardOf(id), id)
      at.cardEnds.add(reversed(cardOf(id)), id)
      at.numbers.add(idNumber, id)
      at.numberEnds.add(reversed(idNumber), id)
      at.phones.add(phone, id)
      at.phoneEnds.add(reversed(phone), id)
    },
    matches(text) {
      const found = known.get(text) ?? (/^(P-)?\d+$/.test(text) ? numberMatches(text) : names.matches(text))
      known.set(text, found)
      return found
    },
  }
}
