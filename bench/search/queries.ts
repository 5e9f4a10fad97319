import { nameWords } from '../../shared/units/names.ts'
import { type BenchPatient, random } from './rows.ts'

/** Classes of queries of the bench, each a way in which staff look for somebody. */
export type QueryClasses = Record<string, string[]>

const pick = <T>(next: () => number, list: readonly T[]): T => list[Math.floor(next() * list.length)] as T

/** Texts to search for, made from people who are there (and a few who are not), the same on every run. */
export function queryClasses(sample: readonly BenchPatient[], each: number, seed = 11): QueryClasses {
  const next = random(seed)
  const make = (text: (person: BenchPatient, words: string[]) => string): string[] =>
    Array.from({ length: each }, () => {
      const person = pick(next, sample)
      return text(person, nameWords(person.name))
    })
  const cut = (word: string) => word.slice(0, 2 + Math.floor(next() * Math.max(1, word.length - 2)))
  const shuffled = (words: string[]) =>
    words
      .map((w) => [next(), w] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, w]) => w)
  const two = ['ng', 'ho', 'li', 'wu', 'oh', 'ng ho', 'ng wei', 'lo', 'ta', 'ch']
  const common = [
    'bin',
    'binti',
    'a/l',
    'a/p',
    'siti',
    'nur',
    'muhammad',
    'ahmad',
    'mohd',
    'tan',
    'lim',
    'wei',
  ]
  const pairs = common.flatMap((a) => common.map((b) => `${a} ${b}`))
  return {
    // one letter alone is not searched for
    'one beginning': make((_, words) =>
      cut(
        pick(
          next,
          words.filter((word) => word.length > 1),
        ),
      ),
    ),
    'beginnings in any order': make((_, words) => shuffled(words).slice(0, 3).map(cut).join(' ')),
    'full name': make((person) => person.name),
    'two letters': make(() => pick(next, two)),
    'common word': make(() => pick(next, common)),
    'two common words': make(() => pick(next, pairs)),
    'two random words': make(
      (_, words) => `${pick(next, words)} ${pick(next, nameWords(pick(next, sample).name))}`,
    ),
    'common and rare': make(() => `${pick(next, common)} ${pick(next, common)} xyz`),
    'NRIC beginning': make((person) => person.idNumber.slice(0, 4 + Math.floor(next() * 8))),
    'NRIC end': make((person) => person.idNumber.slice(-(4 + Math.floor(next() * 4)))),
    'phone end': make((person) => person.phone.slice(-(4 + Math.floor(next() * 5)))),
    'phone beginning': make((person) => `0${person.phone.slice(3, 7 + Math.floor(next() * 4))}`),
    'clinic number': make((person) => `P-${String(person.id).padStart(6, '0')}`),
  }
}
