import { nameWords } from '../../shared/units/names.ts'
import type { BenchPatient } from './rows.ts'

/** What a search must find, worked out from the whole list in memory, without the database or its search code. */
export interface Oracle {
  add(person: BenchPatient): void
  /** Ids that match, and those of them in which every typed word is a whole one. */
  matches(text: string): { all: Set<number>; whole: Set<number> }
}

const intersect = (sets: Set<number>[]): Set<number> => {
  const [least, ...others] = sets.sort((a, b) => a.size - b.size)
  return new Set([...(least ?? [])].filter((id) => others.every((set) => set.has(id))))
}

const cardOf = (id: number): string => String(id).padStart(6, '0')

/** An empty {@link Oracle}. */
export function createOracle(): Oracle {
  const idsOf = new Map<string, number[]>()
  const numbers: { id: number; idNumber: string; phone: string }[] = []

  const begins = (typed: string): Set<number> => {
    const ids = new Set<number>()
    for (const [word, list] of idsOf) if (word.startsWith(typed)) for (const id of list) ids.add(id)
    return ids
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
      for (const word of nameWords(name)) {
        const list = idsOf.get(word)
        if (list === undefined) idsOf.set(word, [id])
        else list.push(id)
      }
      numbers.push({ id, idNumber, phone })
    },
    matches(text) {
      if (/^(P-)?\d+$/.test(text)) return { all: byDigits(text), whole: new Set() }
      const words = nameWords(text)
      return {
        all: intersect(words.map(begins)),
        whole: intersect(words.map((word) => new Set(idsOf.get(word)))),
      }
    },
  }
}
