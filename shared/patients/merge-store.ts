import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { Fields } from './merge-fields.ts'
import type { PatientMerge } from './schema.ts'

/** A merge as its table has it. */
export interface MergeRow {
  id: string
  survivor_id: string
  merged_id: string
  live: number | null
  survivor_before: string
  survivor_after: string
  merged_before: string
  tables_at: string
  merged_at: string
  merged_by: string | null
  undone_at: string | null
  undone_by: string | null
}

const merges = (db: Db, name: string) =>
  db('patient_merges as m')
    .comment(`patients.${name}`)
    .leftJoin('users as u', 'u.id', 'm.user_id')
    .leftJoin('users as w', 'w.id', 'm.undone_by')
    .select(
      'm.id',
      'm.survivor_id',
      'm.merged_id',
      'm.live',
      'm.survivor_before',
      'm.survivor_after',
      'm.merged_before',
      'm.tables_at',
      'm.merged_at',
      'm.undone_at',
      'u.username as merged_by',
      'w.username as undone_by',
    )

/** One merge; with `lock` nobody else undoes it meanwhile. */
export async function findMerge(
  db: Db,
  id: string,
  options: { lock?: boolean } = {},
): Promise<MergeRow | undefined> {
  if (options.lock)
    await db('patient_merges').comment('patients.merge-lock').where({ id }).forUpdate().first('id')
  return (await reading(merges(db, 'merge').where('m.id', id).first())) as MergeRow | undefined
}

/** Merges of a patient, as the survivor or as the one that was merged, newest first. */
export async function listMerges(db: Db, patientId: string, limit: number): Promise<MergeRow[]> {
  const of = (column: string) =>
    reading(
      merges(db, 'merges').where(column, patientId).orderBy('m.id', 'desc').limit(limit) as PromiseLike<
        MergeRow[]
      >,
    )
  const [survived, merged] = await Promise.all([of('m.survivor_id'), of('m.merged_id')])
  return [...survived, ...merged].sort((a, b) => Number(b.id) - Number(a.id)).slice(0, limit)
}

/** Merges that hold, of a patient as the survivor or as the one that was merged, newest first. */
export const liveMergesOf = (
  db: Db,
  column: 'survivor_id' | 'merged_id',
  patientId: string,
): Promise<MergeRow[]> =>
  reading(
    merges(db, 'live-merges')
      .where({ [`m.${column}`]: patientId, 'm.live': 1 })
      .orderBy('m.id', 'desc') as PromiseLike<MergeRow[]>,
  )

export interface NewMerge {
  survivorId: string
  mergedId: string
  survivorBefore: Fields
  survivorAfter: Fields
  mergedBefore: Fields
  tablesAt: Record<string, string>
  userId: string | null
  at: string
}

/** Writes a merge down and answers its id. */
export async function insertMerge(trx: Knex.Transaction, merge: NewMerge): Promise<string> {
  const [id] = await trx('patient_merges')
    .comment('patients.merge-insert')
    .insert({
      survivor_id: merge.survivorId,
      merged_id: merge.mergedId,
      live: 1,
      survivor_before: JSON.stringify(merge.survivorBefore),
      survivor_after: JSON.stringify(merge.survivorAfter),
      merged_before: JSON.stringify(merge.mergedBefore),
      tables_at: JSON.stringify(merge.tablesAt),
      user_id: merge.userId,
      merged_at: merge.at,
    })
  return String(id)
}

/** A merge as the wire has it. */
export const viewMerge = (row: MergeRow): PatientMerge => ({
  id: row.id,
  survivorId: row.survivor_id,
  mergedId: row.merged_id,
  mergedAt: fromSqlUtc(row.merged_at) ?? '',
  mergedBy: row.merged_by,
  undoneAt: fromSqlUtc(row.undone_at),
  undoneBy: row.undone_by,
})
