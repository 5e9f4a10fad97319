import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'

interface NamePart {
  community: string
  part: string
  gender: string
  name: string
}

const FILE = new URL('./demo-names.csv', import.meta.url)
const STREETS = [
  'Jalan Mawar',
  'Jalan Melati',
  'Lorong Damai',
  'Taman Sri Muda',
  'Jalan Ampang',
  'Persiaran Gurney',
]
const TOWNS = [
  { town: 'Shah Alam', postcode: '40000', state: 'Selangor', place: '10' },
  { town: 'Ipoh', postcode: '30000', state: 'Perak', place: '08' },
  { town: 'Georgetown', postcode: '10200', state: 'Pulau Pinang', place: '07' },
  { town: 'Johor Bahru', postcode: '80000', state: 'Johor', place: '01' },
  { town: 'Kuching', postcode: '93000', state: 'Sarawak', place: '13' },
]
const ALLERGIES = ['', '', '', '', 'Penicillin', 'NSAIDs', '', 'Seafood', '', '']
const YOUNGEST_YEAR = 2023
const YEARS = 85

export const DEMO_HEADER =
  'external_id,name,id_type,id_number,date_of_birth,gender,phone,email,address,postcode,state,allergies,registered_at'

const two = (n: number) => String(n).padStart(2, '0')

/** A repeatable run of numbers in [0, 1). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Makes believable Malaysian patients as lines of a file: names by community, NRIC true to birth date and gender. */
export function demoPeople(seed: number): (n: number) => string {
  const parts = parse(readFileSync(FILE, 'utf8'), { columns: true }) as NamePart[]
  const random = randomOf(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const named = (community: string, part: string, gender?: string) =>
    parts.filter(
      (each) =>
        each.community === community &&
        each.part === part &&
        (!gender || each.gender === '' || each.gender === gender),
    )
  const table = Object.fromEntries(
    ['Malay', 'Chinese', 'Indian'].map((community) => [
      community,
      {
        M: named(community, 'given', 'M'),
        F: named(community, 'given', 'F'),
        last: named(community, 'surname'),
      },
    ]),
  )

  const nameOf = (gender: 'M' | 'F'): string => {
    const community = pick(['Malay', 'Malay', 'Malay', 'Chinese', 'Chinese', 'Indian'])
    const { M, F, last } = table[community] as { M: NamePart[]; F: NamePart[]; last: NamePart[] }
    const given = (who: 'M' | 'F') => pick(who === 'M' ? M : F).name
    if (community === 'Malay') return `${given(gender)} ${gender === 'M' ? 'bin' : 'binti'} ${given('M')}`
    if (community === 'Indian') return `${given(gender)} ${gender === 'M' ? 'a/l' : 'a/p'} ${given('M')}`
    return `${pick(last).name} ${given(gender)}`
  }

  return (n) => {
    const gender = random() < 0.5 ? 'M' : 'F'
    const year = YOUNGEST_YEAR - Math.floor(random() * YEARS)
    const [month, day] = [1 + Math.floor(random() * 12), 1 + Math.floor(random() * 28)]
    const { town, postcode, state, place } = pick(TOWNS)
    const serial = String(Math.floor(random() * 1000)).padStart(3, '0')
    const last = Math.floor(random() * 5) * 2 + (gender === 'M' ? 1 : 0)
    const nric = `${two(year % 100)}${two(month)}${two(day)}-${place}-${serial}${last}`
    const phone = `01${pick([0, 2, 3, 6, 7, 9])}-${String(Math.floor(random() * 10_000_000)).padStart(7, '0')}`
    const address = `"${1 + Math.floor(random() * 200)}, ${pick(STREETS)}, ${town}"`
    const name = nameOf(gender)
    const email = random() < 0.4 ? `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@mail.example` : ''
    const on = `${year}-${two(month)}-${two(day)}`
    return `DEMO${String(n).padStart(7, '0')},${name},NRIC,${nric},${on},${gender},${phone},${email},${address},${postcode},${state},${pick(ALLERGIES)},2024-01-01`
  }
}
