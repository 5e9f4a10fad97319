import { nameWords } from '../units/names.ts'

/** Words that say whose child somebody is, or that another name follows: left out as often as they are written. */
const PARTICLES = new Set(
  'bin b binti bt bte binte ibni ibn anak ak a l p al ap s o d so do alias'.split(' '),
)

/** Names that are written in many ways, by the way that stands for all of them. */
const SPELLINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    muhammad: 'mohd mohamad mohamed mohammad mohammed muhamad muhamed muhammed muhd md mhd',
    ahmad: 'ahmed',
    abdul: 'abd abdull',
    nur: 'nor noor nurul',
    siti: 'st sitti',
    syed: 'sayed said sayyid',
    sharifah: 'syarifah',
  }).flatMap(([one, others]) => others.split(' ').map((other) => [other, one])),
)

/** Shorter words differ too easily: Tan and Tang, Lim and Lin are different families. */
const SHORTEST_WITH_SLIP = 5

/** The words of a name that tell people apart, in one spelling, in order; all words when nothing else is left. */
export function tellingWords(name: string): string[] {
  const words = nameWords(name)
  const telling = words.filter((word) => !PARTICLES.has(word))
  return [...new Set((telling.length > 0 ? telling : words).map((word) => SPELLINGS[word] ?? word))]
}

/** Whether two words are equal but for one letter that is wrong, missing, too many, or two that changed places. */
export function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  if (left.length <= 1 && right.length <= 1) return true
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0]
}

const isSame = (a: string, b: string): boolean =>
  a === b || (Math.min(a.length, b.length) >= SHORTEST_WITH_SLIP && isOneSlip(a, b))

/** How alike two names are, whatever the order of their words. */
export type Likeness = 'same' | 'similar' | 'different'

/**
 * `same`: the same telling words. `similar`: every word of the shorter name is one of the longer, give or take one
 * letter, and the longer has at most two more; one word alone is similar only to one word alone.
 */
export function likeness(one: readonly string[], other: readonly string[]): Likeness {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (short.length === 0) return 'different'
  const left = [...long]
  let slips = 0
  // equal words first, so that a slip never takes the partner of an equal one
  const open = short.filter((word) => {
    const at = left.indexOf(word)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
  for (const word of open) {
    const at = left.findIndex((each) => isSame(word, each))
    if (at === -1) return 'different'
    left.splice(at, 1)
    slips++
  }
  if (slips === 0 && left.length === 0) return 'same'
  if (short.length === 1 && left.length > 0) return 'different'
  return left.length <= 2 ? 'similar' : 'different'
}
