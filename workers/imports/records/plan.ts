import { recordProblem } from '../../../shared/imports/records/problems.ts'
import type { ImportOptions } from '../../../shared/imports/schema.ts'
import type { Problem } from '../../../shared/units/judgement.ts'
import type { Claim } from '../patients/decide.ts'
import type { Refusal } from '../patients/plan.ts'
import type { Candidate, RecordKind, References, Values } from './kind.ts'
import { changesOf, claimKey, type Found, type Stored } from './lookup.ts'

/** A stored record that is to change. */
export interface PlannedUpdate {
  stored: Stored
  before: Values
}

/** What a piece will do, decided but not yet written. */
export interface Plan {
  inserts: Stored[]
  updates: Map<string, PlannedUpdate>
  refusals: Refusal[]
  counts: { inserted: number; updated: number; unchanged: number; skipped: number; rejected: number }
  /** Keys that rows of this piece have claimed and that another row of the file may hold too. */
  claims: Map<string, Claim>
  /** A row was refused by {@link References.admit}: for what others do, not for what it is. */
  isRefusedByOthers: boolean
}

export interface PlanInput {
  kind: RecordKind
  onDuplicate: ImportOptions['onDuplicate']
  found: Found
  /** Keys of these rows that earlier pieces have claimed. */
  claimed: Map<string, Claim>
  references: References | undefined
}

/** Decides the rows of a piece in file order by the rules of the import contract. */
export function planPiece(input: PlanInput, candidates: readonly Candidate[]): Plan {
  const plan: Plan = {
    inserts: [],
    updates: new Map(),
    refusals: [],
    counts: { inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
    claims: new Map(),
    isRefusedByOthers: false,
  }
  for (const candidate of candidates) {
    const problems = takeRow(input, plan, candidate)
    if (problems.length === 0) continue
    const { row, line, cells } = candidate
    plan.refusals.push({ row, line, cells, problems: [...problems] })
    plan.counts.rejected++
  }
  return plan
}

/** Takes one row into the plan, or answers why not. */
function takeRow(input: PlanInput, plan: Plan, candidate: Candidate): readonly Problem[] {
  const { kind, found, references, onDuplicate } = input
  const referred = references?.of(candidate)
  const faults = [...candidate.problems, ...(referred?.problems ?? [])]
  if (faults.length > 0) return faults
  const given: Values = { ...candidate.values, ...referred?.values }
  const key = given[kind.key.field] as string
  const stored = found.byKey.get(key)
  const isClaimed = candidate.isWatched && input.claimed.has(claimKey(0, key))
  const taken = takenFields(input, given, key, stored)
  const duplicates = [...(stored !== undefined || isClaimed ? [kind.key.taken] : []), ...taken]
  if (duplicates.length === 0) {
    const problems = references?.admit?.(given, null) ?? []
    if (problems.length > 0) return refusedByOthers(plan, problems)
    const made: Stored = { id: null, version: 0, values: { ...given } }
    plan.inserts.push(made)
    plan.counts.inserted++
    keepKeys(input, plan, candidate, given, made)
    return []
  }
  const changes = stored === undefined ? {} : changesOf(kind, given, stored.values)
  const isSame = stored !== undefined && stored.id !== null && Object.keys(changes).length === 0
  if (isSame && !isClaimed && taken.length === 0) {
    plan.counts.unchanged++
    keepKeys(input, plan, candidate, given, stored)
    return []
  }
  if (onDuplicate === 'reject') return duplicates
  if (onDuplicate === 'skip') {
    plan.counts.skipped++
    return []
  }
  if (taken.length > 0) return [...duplicates, recordProblem(taken[0]?.column ?? '', 'CONFLICT')]
  return takeUpdate(input, plan, candidate, given, stored, changes)
}

function refusedByOthers(plan: Plan, problems: readonly Problem[]): readonly Problem[] {
  plan.isRefusedByOthers = true
  return problems
}

function takeUpdate(
  input: PlanInput,
  plan: Plan,
  candidate: Candidate,
  given: Values,
  stored: Stored | undefined,
  changes: Record<string, string>,
): readonly Problem[] {
  const before = stored === undefined ? null : { ...stored.values }
  const problems = input.references?.admit?.({ ...before, ...changes }, before) ?? []
  if (problems.length > 0) return refusedByOthers(plan, problems)
  plan.counts.updated++
  // without one it is a rehearsal, in which an earlier row of the file would have written it
  if (stored !== undefined && before !== null) {
    Object.assign(stored.values, changes)
    if (stored.id !== null && Object.keys(changes).length > 0 && !plan.updates.has(stored.id))
      plan.updates.set(stored.id, { stored, before })
  }
  keepKeys(input, plan, candidate, given, stored)
  return []
}

/** The unique fields whose value another record holds, each with its reason. */
function takenFields(input: PlanInput, given: Values, key: string, stored: Stored | undefined): Problem[] {
  return input.kind.others.flatMap(({ field, taken }, at) => {
    const value = given[field]
    if (typeof value !== 'string') return []
    const name = claimKey(at + 1, value)
    const holder = input.found.holders.get(name)
    const isOwn = holder !== undefined && (holder === stored?.id || holder === claimKey(0, key))
    if (holder !== undefined && !isOwn) return [taken]
    const claim = input.claimed.get(name)
    return claim !== undefined && claim.partner !== claimKey(0, key) ? [taken] : []
  })
}

/** The first accepted row keeps a key: later rows of this piece meet it here, those of later pieces by its claims. */
function keepKeys(
  { kind, found, claimed }: PlanInput,
  plan: Plan,
  { row, isWatched }: Candidate,
  given: Values,
  stored: Stored | undefined,
): void {
  const own = claimKey(0, given[kind.key.field] as string)
  if (stored !== undefined) found.byKey.set(given[kind.key.field] as string, stored)
  const names = [own]
  for (const [at, { field }] of kind.others.entries()) {
    const value = given[field]
    if (typeof value !== 'string') continue
    names.push(claimKey(at + 1, value))
    found.holders.set(claimKey(at + 1, value), stored?.id ?? own)
  }
  if (!isWatched) return
  for (const name of names) {
    if (claimed.has(name)) continue
    const claim = { row, partner: own }
    claimed.set(name, claim)
    plan.claims.set(name, claim)
  }
}
