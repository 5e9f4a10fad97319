import type { Db, Knex } from '../../db/connect.ts'
import { reading } from '../../db/transaction.ts'
import type { DuplicatesQuery, PairDecision, PairStatus, Stays } from './schema.ts'

/** A pair as its table has it. */
export interface PairRow {
  id: string
  imported_patient_id: string
  other_patient_id: string
  score: number
  reasons: string
  status: Exclude<PairStatus, 'split'>
  decision: PairDecision | null
  stays: Stays | null
  imported_version: number | null
  other_version: number | null
  refusal: string | null
  merge_id: string | null
  decided_by: string | null
  decided_at: string | null
}

/** A pair to be listed: with the name of who decided, and whether its merge holds. */
export interface ListedPair extends PairRow {
  live: number | null
  decider: string | null
}

const COLUMNS = [
  'id',
  'imported_patient_id',
  'other_patient_id',
  'score',
  'reasons',
  'status',
  'decision',
  'stays',
  'imported_version',
  'other_version',
  'refusal',
  'merge_id',
  'decided_by',
  'decided_at',
].map((column) => `d.${column}`)

const pairs = (db: Db, name: string, operationNo: number) =>
  db('import_duplicates as d').comment(`imports.${name}`).where('d.operation_no', operationNo).select(COLUMNS)

/** A page of pairs, the surest first; one more than `limit`, to know whether there are more. */
export function listPairs(db: Db, operationNo: number, query: DuplicatesQuery): Promise<ListedPair[]> {
  const found = pairs(db, 'duplicates', operationNo)
    .leftJoin('patient_merges as m', 'm.id', 'd.merge_id')
    .leftJoin('users as u', 'u.id', 'd.decided_by')
    .select('m.live', 'u.username as decider')
    .orderBy([
      { column: 'd.score', order: 'desc' },
      { column: 'd.id', order: 'desc' },
    ])
    .limit(query.limit + 1)
  if (query.status !== undefined) found.where('d.status', query.status)
  if (query.minScore !== undefined) found.where('d.score', '>=', query.minScore)
  if (query.cursor !== undefined) {
    const [score = '0', id = '0'] = query.cursor.split('-')
    found.where((after) =>
      after
        .where('d.score', '<', score)
        .orWhere((same) => same.where('d.score', score).where('d.id', '<', id)),
    )
  }
  return reading(found as PromiseLike<ListedPair[]>)
}

/** How many pairs stand how. */
export async function countPairs(db: Db, operationNo: number): Promise<Map<string, number>> {
  const rows = (await reading(
    db('import_duplicates')
      .comment('imports.count-duplicates')
      .where({ operation_no: operationNo })
      .groupBy('status')
      .select('status')
      .count({ n: '*' }),
  )) as { status: string; n: number | string }[]
  return new Map(rows.map(({ status, n }) => [status, Number(n)]))
}

/** How many imported records stand in some pair. */
export async function countAlike(db: Db, operationNo: number): Promise<number> {
  const row = await reading(
    db('import_duplicates')
      .comment('imports.count-alike')
      .where({ operation_no: operationNo })
      .countDistinct({ n: 'imported_patient_id' })
      .first(),
  )
  return Number(row?.n ?? 0)
}

/** Rows that the import refused because their keys are somebody else's. */
export async function countRefusedKeys(db: Db, operationNo: number): Promise<number> {
  const row = await reading(
    db('operation_errors')
      .comment('imports.count-refused-keys')
      .where({ operation_no: operationNo })
      .where((query) => query.where('first_code', 'like', 'DUPLICATE%').orWhere('first_code', 'CONFLICT'))
      .count({ n: '*' })
      .first(),
  )
  return Number(row?.n ?? 0)
}

/** Pairs of an operation by id, locked in order, with whether their merges hold. */
export const lockPairs = async (
  trx: Knex.Transaction,
  operationNo: number,
  ids: readonly string[],
): Promise<(PairRow & { live: number | null })[]> =>
  (await pairs(trx, 'lock-duplicates', operationNo)
    .leftJoin('patient_merges as m', 'm.id', 'd.merge_id')
    .select('m.live')
    .whereIn('d.id', [...ids])
    .orderBy('d.id')
    .forUpdate()) as (PairRow & { live: number | null })[]

/** Ids of the next pairs in these states. */
export const nextPairs = (
  db: Db,
  operationNo: number,
  of: { statuses: readonly string[]; minScore: number; after: string; limit: number },
): Promise<string[]> =>
  reading(
    db('import_duplicates')
      .comment('imports.next-duplicates')
      .where({ operation_no: operationNo })
      .whereIn('status', [...of.statuses])
      .where('score', '>=', of.minScore)
      .where('id', '>', of.after)
      .orderBy('id')
      .limit(of.limit)
      .pluck('id') as PromiseLike<string[]>,
  )

/** How many pairs in these states there are behind an id. */
export async function countNext(
  db: Db,
  operationNo: number,
  of: { statuses: readonly string[]; minScore: number; after: string },
): Promise<number> {
  const row = await reading(
    db('import_duplicates')
      .comment('imports.count-next-duplicates')
      .where({ operation_no: operationNo })
      .whereIn('status', [...of.statuses])
      .where('score', '>=', of.minScore)
      .where('id', '>', of.after)
      .count({ n: '*' })
      .first(),
  )
  return Number(row?.n ?? 0)
}

/** Changes pairs. */
export const updatePairs = async (
  trx: Knex.Transaction,
  ids: readonly string[],
  fields: Partial<Omit<PairRow, 'id'>>,
): Promise<void> => {
  if (ids.length === 0) return
  await trx('import_duplicates')
    .comment('imports.decide-duplicates')
    .whereIn('id', [...ids])
    .update(fields)
}

/** A pair that was found. */
export interface FoundPair {
  imported: string
  other: string
  score: number
  reasons: readonly string[]
}

/** Keeps pairs that were found; those that are there already stay as they are, records that are gone are left out. */
export async function insertPairs(
  trx: Knex.Transaction,
  operationNo: number,
  found: readonly FoundPair[],
): Promise<void> {
  if (found.length === 0) return
  await trx('import_duplicates')
    .comment('imports.insert-duplicates')
    .insert(
      found.map(({ imported, other, score, reasons }) => ({
        operation_no: operationNo,
        imported_patient_id: imported,
        other_patient_id: other,
        score,
        reasons: reasons.join(','),
      })),
    )
    .onConflict()
    .ignore()
}
