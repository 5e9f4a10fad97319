import { FREQUENCIES, type Frequency } from './types.ts'

/** What a doctor writes on paper: how much, how often, for how long. */
export interface Sig {
  dose: string
  frequency: Frequency | null
  days: string | null
}

const OTHER_NAMES: Readonly<Record<string, Frequency>> = {
  QD: 'OD',
  DAILY: 'OD',
  OM: 'OM',
  NOCTE: 'ON',
  BID: 'BD',
  TID: 'TDS',
  QDS: 'QID',
  SOS: 'PRN',
}
const PARTS: Readonly<Record<string, string>> = { '½': '0.5', '1/2': '0.5', '¼': '0.25', '1/4': '0.25' }
/** `5/7` is five days, `2/52` two weeks, `1/12` a month. */
const DAYS_OF: Readonly<Record<string, number>> = { '7': 1, d: 1, '52': 7, w: 7, '12': 30, m: 30 }

const frequencyOf = (word: string): Frequency | null => {
  const name = word.toUpperCase()
  return FREQUENCIES.find((code) => code === name) ?? OTHER_NAMES[name] ?? null
}

function daysOf(word: string): string | null {
  const found = /^x?(\d{1,3})(?:\/(7|52|12)|([dwm]))?$/i.exec(word)
  if (!found) return null
  return String(Number(found[1]) * (DAYS_OF[found[2] ?? found[3]?.toLowerCase() ?? 'd'] ?? 1))
}

/** Reads `2 tds 5/7`; null where it is anything else than that, or only a dose. */
export function readSig(text: string): Sig | null {
  const [first = '', second, third, ...more] = text.trim().split(/\s+/)
  if (second === undefined || more.length > 0) return null
  const dose = PARTS[first] ?? (/^\d+(\.\d+)?$/.test(first) ? first : null)
  const frequency = frequencyOf(second)
  const days = third === undefined ? null : daysOf(third)
  if (dose === null || frequency === null || (third !== undefined && days === null)) return null
  return { dose, frequency, days }
}
