import type { PatientValues } from '../../../shared/patients/rules.ts'
import type { Problem } from '../../../shared/units/judgement.ts'
import { type Candidate, differences, externalKey, idKey, type Stored } from './record.ts'

export type OnDuplicate = 'reject' | 'skip' | 'update'

/** What becomes of one accepted row. */
export type Decision =
  | { to: 'insert' }
  | { to: 'update'; stored: Stored; changes: Partial<PatientValues> }
  | { to: 'unchanged' }
  | { to: 'skipped' }
  | { to: 'rejected'; problems: Problem[] }

/** What is known of the keys of a row when it is decided. */
export interface Known {
  byExternalId(externalId: string): Stored | undefined
  byIdNumber(idType: string | null, idNumber: string): Stored | undefined
  /** Whether an earlier accepted row of this file holds the key. */
  isClaimed(key: string): boolean
}

export interface DecideOptions {
  source: string
  onDuplicate: OnDuplicate
}

const DUPLICATE_EXTERNAL_ID: Problem = {
  column: 'external_id',
  code: 'DUPLICATE_EXTERNAL_ID',
  message: 'Another patient has this external ID already.',
}
const DUPLICATE_ID_NUMBER: Problem = {
  column: 'id_number',
  code: 'DUPLICATE_ID_NUMBER',
  message: 'Another patient has this ID number already.',
}
const CONFLICT: Problem = {
  column: 'id_number',
  code: 'CONFLICT',
  message: 'The row and the stored patient are two different people.',
}

const idDiffers = (given: PatientValues, stored: PatientValues): boolean =>
  given.idNumber !== null &&
  stored.idNumber !== null &&
  (given.idNumber !== stored.idNumber || given.idType !== stored.idType)

const externalIdDiffers = (given: PatientValues, stored: Stored, source: string): boolean =>
  given.externalId !== null &&
  stored.values.externalId !== null &&
  stored.source === source &&
  given.externalId !== stored.values.externalId

/**
 * Decides one accepted row by the rules of the import contract: matched by external ID, then by ID number; equal to
 * what was stored before the import is `unchanged`; otherwise a duplicate, which `onDuplicate` refuses, skips or lets
 * update, unless the two records contradict each other.
 */
export function decide(candidate: Candidate, known: Known, options: DecideOptions): Decision {
  const given = candidate.patient
  const byExternal = given.externalId === null ? undefined : known.byExternalId(given.externalId)
  const byId = given.idNumber === null ? undefined : known.byIdNumber(given.idType, given.idNumber)
  const duplicates: Problem[] = []
  const externalClaimed = given.externalId !== null && known.isClaimed(externalKey(given.externalId))
  const idClaimed = given.idNumber !== null && known.isClaimed(idKey(given.idType, given.idNumber))
  if (externalClaimed || byExternal !== undefined) duplicates.push(DUPLICATE_EXTERNAL_ID)
  if (idClaimed || (byId !== undefined && byId !== byExternal)) duplicates.push(DUPLICATE_ID_NUMBER)
  const stored = byExternal ?? byId
  if (stored === undefined) {
    // claimed by a row of this very file that only stood in a rehearsal, so nothing is stored
    if (duplicates.length === 0) return { to: 'insert' }
    return options.onDuplicate === 'reject' ? { to: 'rejected', problems: duplicates } : { to: 'skipped' }
  }
  const changes = ownChanges(given, stored, options.source)
  const isFirst = !externalClaimed && !idClaimed
  const isSamePerson = byExternal === undefined || byId === undefined || byId === byExternal
  if (isFirst && isSamePerson && !stored.deleted && Object.keys(changes).length === 0)
    return { to: 'unchanged' }
  if (duplicates.length === 0) duplicates.push(DUPLICATE_ID_NUMBER)
  if (options.onDuplicate === 'reject') return { to: 'rejected', problems: duplicates }
  if (options.onDuplicate === 'skip') return { to: 'skipped' }
  const contradicts =
    !isSamePerson ||
    stored.deleted ||
    idDiffers(given, stored.values) ||
    externalIdDiffers(given, stored, options.source)
  return contradicts
    ? { to: 'rejected', problems: [...duplicates, CONFLICT] }
    : { to: 'update', stored, changes }
}

/** What the row would change; a record keeps the external ID that another source gave it. */
function ownChanges(given: PatientValues, stored: Stored, source: string): Partial<PatientValues> {
  const changes = differences(given, stored.values)
  if (stored.values.externalId !== null && stored.source !== source) delete changes.externalId
  return changes
}
