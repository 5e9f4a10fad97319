import type { Deps } from '../../deps.ts'
import type { OperationRow } from '../../operations/repository.ts'
import { recordsOf } from '../../patients/pairs/reads.ts'
import { certaintyOf } from '../../patients/pairs/rules.ts'
import { type PatientVariant, viewPatient } from '../../patients/reads.ts'
import type { DuplicateReason } from '../../patients/schema.ts'
import { fromSqlUtc } from '../../units/clock.ts'
import { countAlike, countPairs, countRefusedKeys, type ListedPair, listPairs } from './repository.ts'
import {
  type DuplicatePair,
  type DuplicatePiles,
  type DuplicatesFound,
  type DuplicatesQuery,
  PAIR_STATUSES,
} from './schema.ts'

/** Counter beside an import's own: how many of its records looked like somebody, since it was looked for. */
export const LOOKED_FOR = 'lookAlikes'

type Seen = DuplicatePair['imported']

const statusOf = ({ status, live }: ListedPair): DuplicatePair['status'] =>
  status === 'merged' && live === null ? 'split' : status

function viewPair(row: ListedPair, imported: Seen, existing: Seen): DuplicatePair {
  return {
    id: row.id,
    score: row.score,
    certainty: certaintyOf(row.score),
    reasons: row.reasons.split(',') as DuplicateReason[],
    status: statusOf(row),
    refusal: row.refusal,
    stays: row.stays,
    mergeId: row.merge_id,
    decidedAt: fromSqlUtc(row.decided_at),
    decidedBy: row.decider,
    imported,
    existing,
  }
}

async function pilesOf(deps: Pick<Deps, 'db'>, { no, counts }: OperationRow): Promise<DuplicatePiles> {
  const { inserted = 0, updated = 0, unchanged = 0, skipped = 0 } = counts ?? {}
  const [byStatus, alike, refused] = await Promise.all([
    countPairs(deps.db, no),
    countAlike(deps.db, no),
    countRefusedKeys(deps.db, no),
  ])
  const statuses = PAIR_STATUSES.filter((status) => status !== 'split')
  return {
    searched: counts?.[LOOKED_FOR] !== undefined,
    exact: { settled: updated + unchanged + skipped, refused },
    probable: Object.fromEntries(
      statuses.map((status) => [status, byStatus.get(status) ?? 0]),
    ) as DuplicatePiles['probable'],
    new: Math.max(0, inserted - alike),
  }
}

/** The three piles of an import, and a page of the pairs of the second with both records as they are now. */
export async function listDuplicatePairs(
  deps: Pick<Deps, 'db'>,
  operation: OperationRow,
  query: DuplicatesQuery,
  variant: PatientVariant,
): Promise<DuplicatesFound> {
  const [piles, found] = await Promise.all([
    pilesOf(deps, operation),
    listPairs(deps.db, operation.no, query),
  ])
  const rows = found.slice(0, query.limit)
  const ids = rows.flatMap((row) => [row.imported_patient_id, row.other_patient_id])
  const records = await recordsOf(deps.db, [...new Set(ids)])
  const seen = (id: string): Seen | undefined => {
    const row = records.get(id)
    return row === undefined ? undefined : { ...viewPatient(row, variant), present: row.deletedAt === null }
  }
  const last = rows.at(-1)
  return {
    piles,
    data: rows.flatMap((row) => {
      const [imported, existing] = [seen(row.imported_patient_id), seen(row.other_patient_id)]
      // taken back between the two questions
      return imported === undefined || existing === undefined ? [] : [viewPair(row, imported, existing)]
    }),
    meta: {
      limit: query.limit,
      next: found.length > query.limit && last !== undefined ? `${last.score}-${last.id}` : null,
    },
  }
}
