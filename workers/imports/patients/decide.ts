import type { PatientValues } from '../../../shared/patients/rules.ts'
import type { Problem } from '../../../shared/units/judgement.ts'
import { type Candidate, differences, externalKey, idKey, type Stored } from './record.ts'

export type OnDuplicate = 'reject' | 'skip' | 'update'

/** What becomes of one accepted row. */
export type Decision =
  | { to: 'insert' }
  | { to: 'update'; stored: Stored; changes: Partial<PatientValues> }
  /** An update of what an earlier row of the file would have written, had this not been a rehearsal. */
  | { to: 'updated' }
  | { to: 'unchanged'; stored: Stored }
  | { to: 'skipped' }
  | { to: 'rejected'; problems: Problem[] }

/** Which accepted row of this file holds a key first, and the other key (ID number or external ID) that it came with. */
export interface Claim {
  row: number
  partner: string | null
}

/** What is known of the keys of a row when it is decided. */
export interface Known {
  byKey(key: string): Stored | undefined
  /** The earlier accepted row of this file that holds the key. */
  claimOf(key: string): Claim | undefined
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
  const external = given.externalId === null ? null : externalKey(given.externalId)
  const id = given.idNumber === null ? null : idKey(given.idType, given.idNumber)
  const externalClaim = external === null ? undefined : known.claimOf(external)
  const idClaim = id === null ? undefined : known.claimOf(id)
  const byExternal = holderOf(external, externalClaim, known)
  const byId = holderOf(id, idClaim, known)
  const duplicates: Problem[] = []
  if (externalClaim !== undefined || byExternal !== undefined) duplicates.push(DUPLICATE_EXTERNAL_ID)
  if (idClaim !== undefined || byId !== undefined) duplicates.push(DUPLICATE_ID_NUMBER)
  if (duplicates.length === 0) return { to: 'insert' }

  const stored = byExternal ?? byId
  const isFirst = externalClaim === undefined && idClaim === undefined
  const isSamePerson = byExternal === undefined || byId === undefined || byId === byExternal
  const changes = stored === undefined ? {} : ownChanges(given, stored, options.source)
  if (stored !== undefined && isFirst && isSamePerson && !stored.deleted && Object.keys(changes).length === 0)
    return { to: 'unchanged', stored }
  if (options.onDuplicate === 'reject') return { to: 'rejected', problems: duplicates }
  if (options.onDuplicate === 'skip') return { to: 'skipped' }
  const contradicts =
    !isSamePerson ||
    contradictsClaims(externalClaim, idClaim, external, id) ||
    // held by a row that is not stored because this is a rehearsal: somebody else than who is stored
    (externalClaim !== undefined && byExternal === undefined && byId !== undefined) ||
    (idClaim !== undefined && byId === undefined && byExternal !== undefined) ||
    (stored !== undefined &&
      (stored.deleted || idDiffers(given, stored.values) || externalIdDiffers(given, stored, options.source)))
  if (contradicts) return { to: 'rejected', problems: [...duplicates, CONFLICT] }
  return stored === undefined ? { to: 'updated' } : { to: 'update', stored, changes }
}

/** Whether the earlier rows of the file that hold the keys of a row are two people, or one with another key. */
function contradictsClaims(
  externalClaim: Claim | undefined,
  idClaim: Claim | undefined,
  external: string | null,
  id: string | null,
): boolean {
  const differs = (claim: Claim | undefined, other: string | null) =>
    claim !== undefined && claim.partner !== null && other !== null && claim.partner !== other
  if (differs(externalClaim, id) || differs(idClaim, external)) return true
  if (externalClaim === undefined || idClaim === undefined) return false
  return externalClaim.row !== idClaim.row && externalClaim.partner !== id && idClaim.partner !== external
}

/**
 * The patient under a key; for a claimed key that is not stored (its record keeps another source's ID, or nothing is
 * written in a rehearsal) the one under the other key of the row that claimed it.
 */
function holderOf(key: string | null, claim: Claim | undefined, known: Known): Stored | undefined {
  if (key === null) return undefined
  const stored = known.byKey(key)
  return stored !== undefined || !claim?.partner ? stored : known.byKey(claim.partner)
}

/** What the row would change; a record keeps the external ID that another source gave it. */
function ownChanges(given: PatientValues, stored: Stored, source: string): Partial<PatientValues> {
  const changes = differences(given, stored.values)
  if (stored.values.externalId !== null && stored.source !== source) delete changes.externalId
  return changes
}
