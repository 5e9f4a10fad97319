import { AppError } from '../errors/app-error.ts'
import { judgeInput } from './judge-input.ts'
import type { PatientRow } from './model.ts'
import type { MergeKeep } from './schema.ts'

/** Fields that go together: what one says holds only with the others. */
const GROUPS = {
  name: ['name'],
  idNumber: ['idNumber', 'idType'],
  dateOfBirth: ['dateOfBirth'],
  gender: ['gender'],
  phone: ['phone'],
  email: ['email'],
  address: ['address', 'postcode', 'state'],
  company: ['company'],
  externalId: ['externalId', 'source'],
  allergies: ['allergies'],
  chronicConditions: ['chronicConditions'],
  medicalHistory: ['medicalHistory'],
  nextOfKin: ['nextOfKin'],
  consentOn: ['consentOn'],
  remarks: ['remarks'],
} as const satisfies Record<keyof MergeKeep, readonly (keyof PatientRow)[]>

type Group = keyof typeof GROUPS
type Side = 'this' | 'other' | 'both'

/** Lost, these would cost more than a line too many. */
const JOINED: readonly Group[] = ['allergies', 'chronicConditions', 'medicalHistory', 'remarks']
/** Said by the identity card too. */
const OF_IDENTITY: readonly Group[] = ['dateOfBirth', 'gender']

const isEmpty = (row: PatientRow, group: Group): boolean =>
  GROUPS[group].every((field) => row[field] === null)

function sideOf(group: Group, keep: MergeKeep, one: PatientRow, other: PatientRow, identity: Side): Side {
  const said = keep[group]
  if (said !== undefined) return said
  if (isEmpty(other, group)) return 'this'
  if (isEmpty(one, group)) return 'other'
  if (JOINED.includes(group)) return 'both'
  return OF_IDENTITY.includes(group) ? identity : 'this'
}

function joined(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  const [one, other] = [a.trim(), b.trim()]
  if (one.toLowerCase().includes(other.toLowerCase())) return one
  return other.toLowerCase().includes(one.toLowerCase()) ? other : `${one}; ${other}`
}

/** Columns of a record by their names in the code. */
export type Fields = Partial<Record<keyof PatientRow, string | null>>

/** What of one record changes when another is put into it; the earlier day of registration holds. */
export function mergedFields(one: PatientRow, other: PatientRow, keep: MergeKeep, todayOn: string): Fields {
  const identity = sideOf('idNumber', keep, one, other, 'this')
  const wanted: Fields = {}
  for (const group of Object.keys(GROUPS) as Group[]) {
    const side = sideOf(group, keep, one, other, identity)
    if (side === 'this') continue
    for (const field of GROUPS[group])
      wanted[field] = side === 'other' ? other[field] : joined(one[field] as string, other[field] as string)
  }
  if (other.registeredOn !== null && (one.registeredOn ?? other.registeredOn) >= other.registeredOn)
    wanted.registeredOn = other.registeredOn
  const changed = Object.fromEntries(
    Object.entries(wanted).filter(([field, value]) => one[field as keyof PatientRow] !== value),
  ) as Fields
  assertSound({ ...one, ...changed } as PatientRow, changed, todayOn)
  return changed
}

/** The merged record is put to the same rules as one that is typed; throws `rule/broken` naming the fields. */
function assertSound(merged: PatientRow, changed: Fields, todayOn: string): void {
  const fields = new Set(Object.keys(changed).filter((field) => field !== 'source'))
  try {
    judgeInput(merged, fields, todayOn)
  } catch (error) {
    if (!(error instanceof AppError) || error.errors === undefined) throw error
    const errors = error.errors.map(({ path, ...rest }) => ({ ...rest, path: `keep.${path}` }))
    throw new AppError(error.code, { errors, cause: error })
  }
}

/** Keys that only one record may have: the merged one gives up those that the survivor takes. */
export function givenUp(changed: Fields): Fields {
  return {
    ...(changed.idNumber != null ? { idNumber: null, idType: null } : {}),
    ...(changed.externalId != null ? { externalId: null, source: null } : {}),
  }
}

/** Fields that are changed and taken back together. */
const WHOLE_GROUPS = [...Object.values(GROUPS), ['registeredOn']] as (keyof PatientRow)[][]

/** Whether two merges changed a field, or fields that go together. */
export const haveCommonField = (one: Fields, other: Fields): boolean =>
  WHOLE_GROUPS.some((group) => group.some((field) => field in one) && group.some((field) => field in other))

/**
 * What of the survivor goes back to what it was: every group of fields that still says what the merge made of it.
 * `kept` names those that somebody has changed since.
 */
export function takenBack(
  now: PatientRow,
  before: Fields,
  after: Fields,
): { fields: Fields; kept: string[] } {
  const fields: Fields = {}
  const kept: string[] = []
  for (const group of WHOLE_GROUPS) {
    const changed = group.filter((field) => field in after)
    if (changed.length === 0) continue
    if (group.every((field) => !(field in after) || now[field] === after[field]))
      for (const field of changed) fields[field] = before[field] ?? null
    else kept.push(group[0] as string)
  }
  return { fields, kept }
}
