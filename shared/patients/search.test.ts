import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { nameWords } from '../units/names.ts'
import { SEARCH_LIMIT, searchPatientRows } from './search.ts'
import { readSearch } from './search-query.ts'
import { clinicNumber } from './view.ts'
import { bitsOf, patientWordRows, searchMask, type WordBits } from './words.ts'

const FIRST =
  'Siti Nur Aminah Aminuddin Muhammad Mohd Ahmad Amir Ali Alia Ng Ho Tan Lim Wei José Zoë Müller'.split(' ')
const LAST = 'Abdullah Ismail Rahman Ling Hoong Ngah Naidu Lakshmi Bintang Binu Sofia Olivia'.split(' ')
const OTHER = [
  '陈伟明',
  '李 小龙',
  'தமிழ் செல்வி',
  'முருகன்',
  'สมชาย',
  'Nguyễn Thị Hoa',
  "D'Cruz",
  'O-Brien',
  'Ann @ Siti',
]

interface Person {
  id: string
  name: string
  idNumber: string
  phone: string
}

/** Names in which every combination is there, common and rare; the same on every run. */
function people(count: number): Person[] {
  const pick = (list: readonly string[], n: number) => list[n % list.length] as string
  return Array.from({ length: count }, (_, i) => {
    const a = pick(FIRST, Math.imul(i, 7) + (i >> 3))
    const b = pick(LAST, Math.imul(i, 5) + (i >> 5))
    const name =
      i % 97 === 0
        ? pick(OTHER, i / 97)
        : i % 5 === 0
          ? `${a} a/l ${b}`
          : i % 5 === 1
            ? `${a} bin ${b} ${pick(FIRST, i >> 2)}`
            : i % 5 === 2
              ? `${a} binti ${b}`
              : `${pick(FIRST, i >> 1)} ${a} ${b}`
    const idNumber = i % 11 === 0 ? `A${1000000 + i * 37}` : String(880101000000 + i * 7919).padStart(12, '0')
    return { id: String(i + 1), name, idNumber, phone: `+601${String(20000000 + i * 7331).slice(0, 8)}` }
  })
}

const COUNT = 3000
const FILE = people(COUNT)
const folded = new Map(FILE.map((person) => [person.id, nameWords(person.name)]))
const isWhole = (id: string, words: string[]) => words.every((word) => folded.get(id)?.includes(word))

/** The plain filter: what the search must find, without any index. */
function naive(text: string): Set<string> {
  const words = nameWords(text)
  const compact = text.toUpperCase().replace(/[\s\-()./]/g, '')
  const isNumber = /^\+?[0-9]{2,}$/.test(compact)
  const hits = FILE.filter(({ id, idNumber, phone }) => {
    const names = folded.get(id) as string[]
    const enough = [...words.join('')].length >= 2 || /\p{Script=Han}/u.test(text)
    if (enough && words.every((w) => names.some((n) => n.startsWith(w)))) return true
    if (/[0-9]/.test(compact) && /^[A-Z0-9]{2,}$/.test(compact)) {
      if (idNumber.startsWith(compact) || idNumber.endsWith(compact)) return true
    }
    const card = clinicNumber(id).slice(2)
    const digits = /^P?([0-9]+)$/.exec(compact)?.[1]
    if (digits !== undefined && (compact.startsWith('P') || digits.length >= 2)) {
      if (card.startsWith(digits) || card.endsWith(digits) || Number(digits) === Number(id)) return true
    }
    if (!isNumber) return false
    const begins = compact.startsWith('+')
      ? compact
      : compact.startsWith('0')
        ? `+6${compact}`
        : `+${compact}`
    return phone.startsWith(begins) || (!compact.startsWith('+') && phone.endsWith(compact))
  })
  return new Set(hits.map((hit) => hit.id))
}

describe('the patient search', () => {
  let deps: TestDeps

  beforeAll(async () => {
    deps = await testDeps()
    const rows = FILE.map(({ id, name, idNumber, phone }) => ({
      id,
      name,
      id_type: idNumber.startsWith('A') ? 'PASSPORT' : 'NRIC',
      id_number: idNumber,
      phone,
    }))
    await deps.db.batchInsert('patients', rows, 1000)
    await deps.db.batchInsert(
      'patient_words',
      FILE.flatMap(({ id, name }) => patientWordRows(id, name)),
      1000,
    )
    await deps.db('counters').where({ name: 'patient' }).update({ value: COUNT })
  })
  afterAll(() => deps.close())

  const search = async (text: string) =>
    (await searchPatientRows(deps.db, readSearch(text))).map((row) => row.id)

  /** All matches when there are few, twenty real ones when there are many, whole words before beginnings. */
  async function expectRight(text: string) {
    const [found, all] = [await search(text), naive(text)]
    expect(new Set(found).size).toBe(found.length)
    for (const id of found) expect(all, `${text} finds ${FILE[Number(id) - 1]?.name}`).toContain(id)
    expect(found.length, text).toBe(Math.min(all.size, SEARCH_LIMIT))
    const words = nameWords(text)
    if (/[0-9]/.test(text) || all.size <= SEARCH_LIMIT) return
    const wholes = [...all].filter((id) => isWhole(id, words)).length
    const shown = found.map((id) => isWhole(id, words))
    expect(shown.filter(Boolean), text).toHaveLength(Math.min(wholes, SEARCH_LIMIT))
    expect(shown.lastIndexOf(true), text).toBe(shown.filter(Boolean).length - 1)
  }

  it.each([
    'ng',
    'ho',
    'bin',
    'binti',
    'a/l',
    'al',
    'ali',
    'siti',
    'siti aminah',
    'aminah siti',
    'am si',
    'muh ab bin',
    'bin binti',
    'siti aminah xyz',
    'jose',
    'JOSÉ',
    'zoe',
    'muller',
    'ＡＬＩ',
    '陈伟',
    '陈',
    '李',
    '小龙 李',
    'தமிழ்',
    'முரு',
    'สม',
    'nguyen thi',
    'd cruz',
    "d'cruz",
    'o-brien',
    'ann @ siti',
    'bint',
    'nga',
    'siti siti',
    'al ali',
  ])('finds what a full scan finds: %s', (text) => expectRight(text))

  it.each([
    '880101',
    '8801',
    '0123',
    '60123',
    '+60123',
    '+6012',
    '7331',
    '20000000',
    'A1000',
    'a10',
    'P-000123',
    'p123',
    'P-0001',
    '000042',
    '42',
    '99',
    '2999',
    'A1000000',
    '880101-00-0000',
    '012-000',
    '01220007331',
    '+601220007331',
  ])('finds what a full scan finds: %s', (text) => expectRight(text))

  it('finds what a full scan finds for any beginnings in any order', async () => {
    const word = fc.constantFrom(...new Set([...folded.values()].flat()))
    const typed = fc
      .array(fc.tuple(word, fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.map(([text, n]) => [...text].slice(0, n).join('')).join(' '))
    await fc.assert(fc.asyncProperty(typed, expectRight), { numRuns: 250 })
  })

  it('finds what a full scan finds for any run of digits of a number', async () => {
    const typed = fc
      .tuple(
        fc.constantFrom(...FILE),
        fc.constantFrom('id', 'phone', 'card'),
        fc.integer({ min: 2, max: 12 }),
        fc.boolean(),
      )
      .map(([person, what, n, end]) => {
        const text =
          what === 'id' ? person.idNumber : what === 'phone' ? person.phone : clinicNumber(person.id).slice(2)
        return end ? text.slice(-n) : text.slice(0, n)
      })
    await fc.assert(fc.asyncProperty(typed, expectRight), { numRuns: 150 })
  })

  it.each([
    '%',
    '_',
    '\\',
    '%%',
    'a%',
    's_ti',
    '+-><()~*"@',
    '+siti* -aminah',
    '"',
    "' or 1=1 --",
    '\u0000\u0000',
  ])('takes operators as they are: %s', (text) => expectRight(text))

  it('finds nothing for less than two letters', async () => {
    for (const text of ['', ' ', 'a', 's', '1', '-', '%']) expect(await search(text)).toEqual([])
  })

  it('takes at most six statements, whatever the words', async () => {
    for (const text of ['siti aminah', 'bin binti', 'ng', '880101', 'muh ab bin']) {
      let statements = 0
      const counted = () => void statements++
      deps.db.on('query', counted)
      await search(text)
      deps.db.off('query', counted)
      expect(statements, text).toBeLessThanOrEqual(6)
    }
  })

  it('never filters out a name by its bits', () => {
    const word = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom(...FIRST, ...LAST))
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.nat(),
        (words, which, length) => {
          const text = words[which % words.length] as string
          const own = bitsOf(words)
          const has = (mask: WordBits) =>
            (['bits1', 'bits2', 'bits3'] as const).every(
              (part) => (own[part] & mask[part]) >>> 0 === mask[part],
            )
          return (
            has(searchMask([text], true)) &&
            has(searchMask([text.slice(0, 1 + (length % text.length))], false))
          )
        },
      ),
    )
  })
})
