import { readFileSync } from 'node:fs'

/** One made-up person of the search bench; the same number and list always give the same person. */
export interface BenchPatient {
  id: number
  name: string
  idNumber: string
  phone: string
}

/** A small seeded generator (mulberry32): the bench must be the same on every machine. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export type Parts = Record<
  'malayM' | 'malayF' | 'surname' | 'chinese' | 'indianM' | 'indianF' | 'eastM' | 'eastF',
  string[]
>

/** Name parts by community, in the order of the list, which stands for their rank. */
export function readParts(csv: string): Parts {
  const parts: Parts = {
    malayM: [],
    malayF: [],
    surname: [],
    chinese: [],
    indianM: [],
    indianF: [],
    eastM: [],
    eastF: [],
  }
  const bucket: Record<string, keyof Parts> = {
    'Malay,given,M': 'malayM',
    'Malay,given,F': 'malayF',
    'Chinese,surname,': 'surname',
    'Chinese,given,': 'chinese',
    'Indian,given,M': 'indianM',
    'Indian,given,F': 'indianF',
    'Sabah and Sarawak,given,M': 'eastM',
    'Sabah and Sarawak,given,F': 'eastF',
  }
  for (const line of csv.split('\n').slice(1)) {
    const [community, part, gender, name] = line.split(',')
    const into = bucket[`${community},${part},${gender}`]
    if (into !== undefined && name) parts[into].push(name)
  }
  return parts
}

const TAIL_SHARE = 0.15
const TAIL_ENDINGS = ['ah', 'an', 'in', 'ina', 'ul', 'is', 'on', 'ia', 'ari', 'esh']

/** People of a Malaysian clinic: 60 % Malay, 23 % Chinese, 10 % Indian, 7 % of Sabah and Sarawak; a long tail of rare names. */
export function* benchPatients(count: number, parts: Parts, seed = 7): Generator<BenchPatient> {
  const next = random(seed)
  const ranked = (list: string[]): string => {
    const name = list[Math.floor(next() ** 2 * list.length)] as string
    if (next() > TAIL_SHARE) return name
    const other = list[Math.floor(next() * list.length)] as string
    return (
      name.slice(0, 3) +
      other.slice(1, 3) +
      (TAIL_ENDINGS[Math.floor(next() * TAIL_ENDINGS.length)] as string)
    )
  }
  const person = (female: boolean): string => {
    const community = next()
    if (community < 0.6) {
      const first = female
        ? next() < 0.3
          ? `Siti ${ranked(parts.malayF)}`
          : `Nur ${ranked(parts.malayF)}`
        : ranked(parts.malayM)
      const second = next() < 0.4 ? ` ${ranked(female ? parts.malayF : parts.malayM)}` : ''
      return `${first}${second} ${female ? 'binti' : 'bin'} ${ranked(parts.malayM)} ${next() < 0.3 ? ranked(parts.malayM) : ''}`.trim()
    }
    if (community < 0.83) return `${ranked(parts.surname)} ${ranked(parts.chinese)} ${ranked(parts.chinese)}`
    if (community < 0.93) {
      return `${ranked(female ? parts.indianF : parts.indianM)} ${female ? 'a/p' : 'a/l'} ${ranked(parts.indianM)}`
    }
    return `${ranked(female ? parts.eastF : parts.eastM)} ${female ? 'binti' : 'anak'} ${ranked(parts.eastM)}`
  }
  for (let id = 1; id <= count; id++) {
    const name = person(next() < 0.5)
    const born = new Date(Date.UTC(1940, 0, 1) + Math.floor(next() * 80 * 365.25) * 86_400_000)
    const day = born.toISOString().slice(2, 10).replaceAll('-', '')
    // the last six digits make the number unique among a million
    const idNumber = `${day}${String((id * 7919) % 1_000_000).padStart(6, '0')}`
    yield {
      id,
      name,
      idNumber,
      phone: `+601${String(Math.floor(next() * 1e9)).padStart(9, '0')}`.slice(0, 12),
    }
  }
}

/** The name parts as the project keeps them for tests. */
export const benchParts = (file: URL | string): Parts => readParts(readFileSync(file, 'utf8'))
