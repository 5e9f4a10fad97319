import { nameWords } from '../../shared/units/names.ts'
import type { BenchPatient } from './rows.ts'

/** What a search must find, worked out from the whole list in memory, without the database or its search code. */
export interface Oracle {
  add(person: BenchPatient): void
  /** Ids that match, and those of them in which every typed word is a whole one. */
  matches(text: string): { all: Set<number>; whole: Set<number> }
}

const cardOf = (id: number): string => String(id).padStart(6, '0')

/** An empty {@link Oracle}. */
export function createOracle(): Oracle {
  const idsOf = new Map<string, number[]>()
  /** The words of each person by id; the texts are those of the vocabulary, so a million of them cost little. */
  const wordsOf: string[][] = []
  const numbers: { id: number; idNumber: string; phone: string }[] = []

  /** Everybody with a word that begins like the rarest of the typed ones, looked through one by one. */
  const byWords = (typed: string[]): Set<number> => {
    const lists = typed.map((text) =>
      [...idsOf].flatMap(([word, ids]) => (word.startsWith(text) ? [ids] : [])),
    )
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
    const isCard = typed.startsWith('P')
    const phone = typed.startsWith('0') ? `+6${typed}` : `+${typed}`
    const hits = numbers.filter(({ id, ...has }) => {
      if (cardOf(id).startsWith(digits) || cardOf(id).endsWith(digits) || id === Number(digits)) return true
      if (isCard) return false
      if (has.idNumber.startsWith(typed) || has.idNumber.endsWith(typed)) return true
      return has.phone.startsWith(phone) || has.phone.endsWith(typed)
    })
    return new Set(hits.map(({ id }) => id))
  }
  return {
    add({ id, name, idNumber, phone }) {
      const words = nameWords(name)
      wordsOf[id] = words
      for (const word of words) {
        const list = idsOf.get(word)
        if (list === undefined) idsOf.set(word, [id])
        else list.push(id)
      }
      numbers.push({ id, idNumber, phone })
    },
    matches(text) {
      if (/^(P-)?\d+$/.test(text)) return { all: byDigits(text), whole: new Set() }
      const words = nameWords(text)
      const all = byWords(words)
      return {
        all,
        whole: new Set([...all].filter((id) => words.every((word) => wordsOf[id]?.includes(word)))),
      }
    },
  }
}
