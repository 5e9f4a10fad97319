import type { Knex } from '../../../shared/db/connect.ts'
import { toSqlUtc } from '../../../shared/units/clock.ts'
import type { Counts } from '../../runtime/bulk-work.ts'
import type { Run } from '../../runtime/context.ts'
import { noteRehearsed, type Rehearsed, rehearsedOf } from '../bundle/rehearsed.ts'
import { ownRecordClaims } from '../fixes/own-claims.ts'
import { type BulkInsert, insertRows } from '../load-data.ts'
import { loadClaims, saveClaims } from '../patients/claims.ts'
import type { PreparedSource } from '../prepare.ts'
import { saveRefusals } from '../refusals.ts'
import type { Candidate, Context, Effect, RecordKind, References } from './kind.ts'
import { claimKey, lookUp } from './lookup.ts'
import { type Plan, planPiece } from './plan.ts'
import { insertRecords, keepImages, updateRecords, withIds } from './write.ts'

/** Names what a rehearsal notes, apart from the claims of keys. */
const NOTED = 'n:'

/** What rows are decided with, whichever these are. */
export interface HowToDecide {
  run: Run
  source: PreparedSource
  kind: RecordKind
  /** Name of the kind. */
  name: string
  insert: BulkInsert
}

/** What was decided of some rows under locks. */
export interface Decided {
  changedIds: string[]
  counts: Counts
  /** A row was refused for what other rows of the file do, not for what it is. */
  isRefusedByOthers: boolean
}

/**
 * Decides rows in file order and writes what becomes of them; what they refer to and what is stored under their keys is
 * held under locks.
 */
export async function decideRows(
  trx: Knex.Transaction,
  how: HowToDecide,
  candidates: readonly Candidate[],
  firstId: number,
): Promise<Decided> {
  const { run, source: prepared, kind, name } = how
  const { source, dryRun, onDuplicate } = prepared.options
  const importNo = run.row.no
  const earlier = await loadClaims(trx, importNo, keysOf(kind, dryRun, candidates))
  const noted = new Map(
    earlier.flatMap(([key, { partner }]) =>
      key.startsWith(NOTED) && partner !== null ? [[key.slice(NOTED.length), partner] as const] : [],
    ),
  )
  const context: Context = {
    ...{ trx, importNo, source, dryRun, isHeld: true, importerId: run.row.created_by, noted },
    ...(dryRun && prepared.mixedKind !== undefined
      ? { rehearsed: (of, keys) => rehearsedOf(trx, importNo, of, keys) }
      : {}),
  }
  const own = prepared.isRerun === true ? await ownRecordClaims(kind, name, context, candidates) : []
  const claimed = new Map([...own, ...earlier])
  const found = await lookUp(kind, context, candidates)
  const references = await kind.references?.(context, candidates)
  const plan = planPiece({ kind, onDuplicate, found, claimed, references }, candidates)
  const changedIds = dryRun ? [] : await writePlan(how, context, plan, firstId)
  if (dryRun) await noteRehearsed(trx, importNo, prepared.mixedKind, acceptedOf(kind, plan))
  await saveRefusals(trx, importNo, plan.refusals)
  await saveClaims(trx, importNo, dryRun ? withNotes(plan, references) : plan.claims)
  return { changedIds, counts: plan.counts, isRefusedByOthers: plan.isRefusedByOthers }
}

const acceptedOf = (kind: RecordKind, { inserts }: Plan): Rehearsed =>
  inserts.map(({ values }) => [values[kind.key.field] as string, values.visit_at ?? null])

/** The claims that these rows may meet; in a rehearsal also what it noted. */
function keysOf(kind: RecordKind, dryRun: boolean, candidates: readonly Candidate[]): string[] {
  const unique = [kind.key, ...kind.others]
  const keys = candidates
    .filter(({ isWatched }) => isWatched)
    .flatMap(({ values }) =>
      unique.flatMap(({ field }, at) => {
        const value = values[field]
        return typeof value === 'string' ? [claimKey(at, value)] : []
      }),
    )
  return dryRun ? [...keys, ...(kind.notedKeys?.(candidates) ?? []).map((key) => NOTED + key)] : keys
}

function withNotes(plan: Plan, references: References | undefined): Plan['claims'] {
  const claims = new Map(plan.claims)
  for (const [key, partner] of references?.keep?.() ?? []) claims.set(NOTED + key, { row: 0, partner })
  return claims
}

/** Writes a plan; answers the ids of the records that it changed. */
async function writePlan(
  { run, kind, name, insert }: HowToDecide,
  context: Context,
  plan: Plan,
  firstId: number,
): Promise<string[]> {
  const now = toSqlUtc(run.deps.clock.now())
  const isCounted = kind.countedIds === true
  const inserts = plan.inserts.map(({ values }, at) => ({
    id: isCounted ? String(firstId + at) : null,
    values,
  }))
  const updates = [...plan.updates.values()].sort((a, b) => Number(a.stored.id) - Number(b.stored.id))
  const stored = updates.map((update) => update.stored)
  if (inserts.length > 0) await insertRecords(kind, context, insert, inserts, now)
  const changedIds = stored.map(({ id }) => id as string)
  if (changedIds.length > 0) await kind.forget?.(context, changedIds)
  await updateRecords(kind, context.trx, stored, now)
  await keepImages(context, name, updates)
  const made = isCounted || kind.follow === undefined ? inserts : await withIds(kind, context, inserts)
  const effects: Effect[] = [
    ...made.flatMap(({ id, values }) => (id === null ? [] : [{ id, before: null, after: values }])),
    ...updates.map(({ stored: { id, values }, before }) => ({ id: id as string, before, after: values })),
  ]
  if (effects.length > 0) await kind.follow?.(context, effects, insertRows)
  return changedIds
}
