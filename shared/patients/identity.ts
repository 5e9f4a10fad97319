import { canonicalNric, nricFault } from '../units/nric.ts'

/** Identity documents the clinic knows. */
export const ID_TYPES = ['NRIC', 'PASSPORT', 'ARMY', 'POLICE', 'BIRTH_CERT', 'UNHCR'] as const

/** One of {@link ID_TYPES}. */
export type IdType = (typeof ID_TYPES)[number]

const ALIASES: Readonly<Record<string, IdType>> = {
  MYKAD: 'NRIC',
  MYKID: 'NRIC',
  IC: 'NRIC',
  PASPORT: 'PASSPORT',
  TENTERA: 'ARMY',
  POLIS: 'POLICE',
  'BIRTH CERT': 'BIRTH_CERT',
  'BIRTH CERTIFICATE': 'BIRTH_CERT',
  'SIJIL LAHIR': 'BIRTH_CERT',
}

const KNOWN = new Map<string, IdType>([
  ...ID_TYPES.map((type) => [type, type] as const),
  ...(Object.entries(ALIASES) as [string, IdType][]),
])

/** The type of an identity document by its name in any case, Malay names included; null when unknown. */
export function canonicalIdType(text: string): IdType | null {
  return KNOWN.get(text) ?? KNOWN.get(text.toUpperCase()) ?? null
}

/** What can be wrong with an identity number. */
export type IdNumberFault =
  | 'BAD_NRIC_FORMAT'
  | 'BAD_NRIC_DATE'
  | 'BAD_NRIC_PLACE'
  | 'BAD_PASSPORT'
  | 'BAD_ARMY_NUMBER'
  | 'BAD_POLICE_NUMBER'
  | 'BAD_BIRTH_CERT'
  | 'BAD_UNHCR'

const SEPARATORS = /[-/\s]/g

interface NumberRule {
  shape: RegExp
  fault: IdNumberFault
  /** Whether dashes, slashes and spaces are only lay-out. A passport has none. */
  hasSeparators: boolean
}

const NUMBER_RULES: Readonly<Record<Exclude<IdType, 'NRIC'>, NumberRule>> = {
  PASSPORT: { shape: /^[A-Z0-9]{6,12}$/, fault: 'BAD_PASSPORT', hasSeparators: false },
  ARMY: { shape: /^[A-Z]{0,2}[0-9]{4,8}$/, fault: 'BAD_ARMY_NUMBER', hasSeparators: true },
  POLICE: { shape: /^[A-Z]{0,3}[0-9]{3,8}$/, fault: 'BAD_POLICE_NUMBER', hasSeparators: true },
  BIRTH_CERT: { shape: /^[A-Z]{0,2}[0-9]{4,12}$/, fault: 'BAD_BIRTH_CERT', hasSeparators: true },
  UNHCR: { shape: /^(?=(?:.*[0-9]){5})[A-Z0-9]{8,16}$/, fault: 'BAD_UNHCR', hasSeparators: true },
}

/** The stored form of an identity number of that type, or what is wrong with it. */
export function readIdNumber(type: IdType, text: string): { idNumber: string } | { fault: IdNumberFault } {
  if (type === 'NRIC') {
    const nric = canonicalNric(text)
    if (nric === null) return { fault: 'BAD_NRIC_FORMAT' }
    const fault = nricFault(nric)
    return fault === null ? { idNumber: nric } : { fault }
  }
  const { shape, fault, hasSeparators } = NUMBER_RULES[type]
  const upper = text.toUpperCase()
  const bare = hasSeparators ? upper.replace(SEPARATORS, '') : upper
  return shape.test(bare) ? { idNumber: bare } : { fault }
}
