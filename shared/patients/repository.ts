import type { Db, Knex } from '../db/connect.ts'
import { Repository } from '../db/repository.ts'
import { reading } from '../db/transaction.ts'
import { PATIENT_PROPERTIES, PatientModel, type PatientRow } from './model.ts'
import { patientWordRows } from './words.ts'

/** The patient file: single rows through the model, lists as plain rows. */
export const patients = new Repository<PatientModel, PatientRow>({
  model: PatientModel,
  properties: PATIENT_PROPERTIES,
  deletedAt: 'deletedAt',
})

/** Ids of the page that begins `offset` rows deep, newest first; the caller bounds the depth. */
export function pageIds(db: Db, offset: number, limit: number): Promise<string[]> {
  return reading(
    db('patients')
      .comment('patients.page-ids')
      .whereNull('deleted_at')
      .orderBy('id', 'desc')
      .offset(offset)
      .limit(limit)
      .pluck('id') as Promise<string[]>,
  )
}

/** How many patients there are, counted no further than `most` + 1. */
export async function countPatients(db: Db, most: number): Promise<number> {
  const some = db('patients')
    .whereNull('deleted_at')
    .select(db.raw('1'))
    .limit(most + 1)
    .as('some')
  const row = await reading(db(some).comment('patients.count').count({ n: '*' }).first())
  return Number(row?.n ?? 0)
}

/** Makes a new patient findable by the words of the name. */
export async function addWords(trx: Knex.Transaction, id: string, name: string): Promise<void> {
  const rows = patientWordRows(id, name)
  if (rows.length > 0) await trx('patient_words').comment('patients.add-words').insert(rows)
}

/** The insert that makes new patients findable, not yet run; null for names without a word. */
export function wordsInsertion(
  trx: Knex.Transaction,
  people: readonly { id: string; name: string }[],
): Knex.QueryBuilder | null {
  const rows = people.flatMap(({ id, name }) => patientWordRows(id, name))
  return rows.length === 0 ? null : trx('patient_words').comment('patients.add-words').insert(rows)
}

/** Takes away the words of a name; each is found by the primary key, because the old name is known. */
export async function removeWords(trx: Knex.Transaction, id: string, name: string): Promise<void> {
  const words = patientWordRows(id, name).map((row) => row.word)
  if (words.length > 0)
    await trx('patient_words')
      .comment('patients.remove-words')
      .whereIn('word', words)
      .where({ patient_id: id })
      .delete()
}

/** Marks a patient as deleted and raises the version. */
export async function markDeleted(trx: Knex.Transaction, id: string, at: string): Promise<void> {
  await trx('patients')
    .comment('patients.mark-deleted')
    .where({ id })
    .update({ deleted_at: at, updated_at: at, version: trx.raw('version + 1') })
}

/** Who holds a key that a new or changed patient wants; deleted patients hold theirs too. */
export async function holderOf(
  db: Db,
  wanted: Pick<PatientRow, 'idType' | 'idNumber' | 'source' | 'externalId'>,
): Promise<{ id: string; deleted: boolean; field: 'idNumber' | 'externalId' } | undefined> {
  const columns = { id: 'id', deletedAt: 'deleted_at' }
  const keys = [
    ['idNumber', { id_number: wanted.idNumber, id_type: wanted.idType }],
    ['externalId', { source: wanted.source, external_id: wanted.externalId }],
  ] as const
  for (const [field, where] of keys) {
    if (Object.values(where).includes(null)) continue
    const row = await reading(db('patients').comment('patients.holder').where(where).first(columns))
    if (row !== undefined) return { id: row.id, deleted: row.deletedAt !== null, field }
  }
  return undefined
}

/** Ids of patients with this value in an indexed column. */
export function findIdsBy(
  db: Db,
  column: 'id_number' | 'phone',
  value: string,
  limit: number,
): Promise<string[]> {
  return reading(
    db('patients')
      .comment(`patients.by-${column}`)
      .where({ [column]: value })
      .whereNull('deleted_at')
      .limit(limit)
      .pluck('id') as Promise<string[]>,
  )
}

const HISTORY_ACTIONS = [
  'patients.register',
  'patients.update',
  'patients.delete',
  'patients.merge',
  'patients.unmerge',
]

export interface HistoryRow {
  at: string
  action: string
  username: string | null
  detail: Record<string, unknown> | string | null
}

/** The latest writes of a patient's record, from the audit. */
export function findHistory(db: Db, id: string, limit: number, signal?: AbortSignal): Promise<HistoryRow[]> {
  return reading(
    db('audit_entries')
      .comment('patients.history')
      .where({ patient_id: id })
      .whereIn('action', HISTORY_ACTIONS)
      .orderBy('at', 'desc')
      .limit(limit)
      .select('at', 'action', 'username', 'detail') as Promise<HistoryRow[]>,
    signal,
  )
}

export interface ImportTouch {
  operationId: string
  at: string
  made: boolean
}

/** The import that made a patient and the last one that changed it. */
export async function findImports(db: Db, row: PatientRow): Promise<ImportTouch[]> {
  const numbers = new Set([row.importNo, row.touchedByImportNo].filter((no) => no !== null))
  if (numbers.size === 0) return []
  const rows = await reading(
    db('operations')
      .comment('patients.imports')
      .whereIn('no', [...numbers])
      .select({ no: 'no', operationId: 'id', at: 'created_at' }),
  )
  return rows.map((each) => ({ operationId: each.operationId, at: each.at, made: each.no === row.importNo }))
}
