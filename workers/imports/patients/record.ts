import type { PatientValues } from '../../../shared/patients/rules.ts'

/** Columns of `patients` that a row of a file can give, in the order of {@link VALUE_FIELDS}. */
export const VALUE_COLUMNS = [
  'external_id',
  'name',
  'id_type',
  'id_number',
  'date_of_birth',
  'gender',
  'phone',
  'email',
  'address',
  'postcode',
  'state',
  'company',
  'allergies',
  'registered_on',
  'remarks',
] as const

export const VALUE_FIELDS = [
  'externalId',
  'name',
  'idType',
  'idNumber',
  'dateOfBirth',
  'gender',
  'phone',
  'email',
  'address',
  'postcode',
  'state',
  'company',
  'allergies',
  'registeredOn',
  'remarks',
] as const satisfies readonly (keyof PatientValues)[]

/** A patient in the database as the import compares it. `id` is BIGINT text. */
export interface Stored {
  id: string
  version: number
  source: string | null
  deleted: boolean
  values: PatientValues
}

/** An accepted row of the file. */
export interface Candidate {
  row: number
  line: number
  cells: string[]
  patient: PatientValues
}

/** The fields of `given` that are given and differ from what is stored; an empty cell never erases. */
export function differences(given: PatientValues, stored: PatientValues): Partial<PatientValues> {
  const changes: Record<string, unknown> = {}
  for (const field of VALUE_FIELDS) {
    if (given[field] !== null && given[field] !== stored[field]) changes[field] = given[field]
  }
  return changes as Partial<PatientValues>
}

/** The key texts a row claims within its file. */
export function keysOf(patient: Pick<PatientValues, 'externalId' | 'idType' | 'idNumber'>): string[] {
  const keys: string[] = []
  if (patient.externalId !== null) keys.push(externalKey(patient.externalId))
  if (patient.idNumber !== null) keys.push(idKey(patient.idType, patient.idNumber))
  return keys
}

export const externalKey = (externalId: string): string => `e:${externalId}`
export const idKey = (idType: string | null, idNumber: string): string => `i:${idType}:${idNumber}`

/** Whether a key text is that of an external ID. */
export const isExternalKey = (key: string): boolean => key.startsWith('e:')

/** The external ID or ID number in a key text. */
export const valueOfKey = (key: string): string =>
  isExternalKey(key) ? key.slice(2) : key.slice(key.indexOf(':', 2) + 1)

const LAYOUT = /[^0-9A-Z]/g

/**
 * The keys of a row before it is judged, coarser than {@link keysOf}: rows that will claim the same key always have
 * the same loose key, whatever dashes, spaces and case the file has.
 */
export function looseKeys(externalId: string, idNumber: string): string[] {
  const keys: string[] = []
  if (externalId !== '') keys.push(`e:${externalId}`)
  const bare = idNumber.toUpperCase().replace(LAYOUT, '')
  if (bare !== '') keys.push(`i:${bare}`)
  return keys
}
