import { isRealDay } from '../../units/dates.ts'
import { type Likeness, likeness, tellingWords } from '../duplicate-names.ts'
import type { Certainty, DuplicateReason } from '../schema.ts'

/** What two records have in common. */
export interface Traits {
  sameNumber: boolean
  samePhone: boolean
  name: Likeness
  born: 'same' | 'swapped' | 'different'
}

/** How sure it is that two records are of one person, in words and as a number up to 100, and why. */
export interface Verdict {
  certainty: Certainty
  score: number
  reasons: DuplicateReason[]
}

/** What the traits together say: the first that is true. */
const VERDICTS: readonly [Certainty, number, (traits: Traits) => boolean][] = [
  ['exact', 100, ({ sameNumber }) => sameNumber],
  ['exact', 95, ({ samePhone, name, born }) => samePhone && name === 'same' && born === 'same'],
  ['probable', 90, ({ name, born }) => name === 'same' && born === 'same'],
  ['probable', 80, ({ samePhone, name, born }) => samePhone && name !== 'different' && born !== 'different'],
  ['probable', 70, ({ samePhone, name }) => samePhone && name === 'same'],
  ['possible', 50, ({ name, born }) => name !== 'different' && born !== 'different'],
  ['possible', 20, ({ samePhone }) => samePhone],
]

/** Below it two records have a telephone in common and nothing else, as families do. */
export const LEAST_PAIR_SCORE = 50

const reasonsOf = ({ sameNumber, samePhone, name, born }: Traits): DuplicateReason[] => [
  ...(sameNumber ? (['idNumber'] as const) : []),
  ...(samePhone ? (['phone'] as const) : []),
  ...(name === 'different' ? [] : [name === 'same' ? ('name' as const) : ('similarName' as const)]),
  ...(born === 'different'
    ? []
    : [born === 'same' ? ('dateOfBirth' as const) : ('swappedDateOfBirth' as const)]),
]

/** The verdict over two records with these traits; undefined when nothing says that they are of one person. */
export function verdictOn(traits: Traits): Verdict | undefined {
  const found = VERDICTS.find(([, , holds]) => holds(traits))
  if (found === undefined) return undefined
  return { certainty: found[0], score: found[1], reasons: reasonsOf(traits) }
}

/** The certainty that a score stands for. */
export const certaintyOf = (score: number): Certainty =>
  VERDICTS.find(([, each]) => each <= score)?.[0] ?? 'possible'

/** The day with day and month the other way round, when that is another real day. */
export function swappedDay(on: string): string | null {
  const [year, month, day] = on.split('-') as [string, string, string]
  return day !== month && isRealDay(Number(year), Number(day), Number(month))
    ? `${year}-${day}-${month}`
    : null
}

/** What of a stored record is compared. */
export interface Comparable {
  id: string
  idNumber: string | null
  phone: string | null
  dateOfBirth: string | null
  /** {@link tellingWords} of the name. */
  words: readonly string[]
}

/** A record as it is compared; its name is taken apart once. */
export const comparable = <T extends Omit<Comparable, 'words'> & { name: string }>(
  row: T,
): Omit<T, 'name'> & Comparable => {
  const { name, ...rest } = row
  return { ...rest, words: tellingWords(name) }
}

function bornAs(a: string | null, b: string | null): Traits['born'] {
  if (a === null || b === null) return 'different'
  if (a === b) return 'same'
  return swappedDay(a) === b ? 'swapped' : 'different'
}

/** The verdict over two stored records, by the rule that the desk is warned by. */
export const compareRecords = (a: Comparable, b: Comparable): Verdict | undefined =>
  verdictOn({
    sameNumber: a.idNumber !== null && a.idNumber === b.idNumber,
    samePhone: a.phone !== null && a.phone === b.phone,
    name: likeness(a.words, b.words),
    born: bornAs(a.dateOfBirth, b.dateOfBirth),
  })
