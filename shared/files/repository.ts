import type { Db, Knex } from '../db/connect.ts'
import type { OperationType } from '../operations/schema.ts'

/** A row of `result_files` with the operation that made it. */
export interface FileRow {
  id: string
  operation_id: string
  type: OperationType
  kind: string | null
  path: string
  name: string
  content_type: string
  bytes: string
  sha256: string
  row_count: string
  created_by: string | null
  created_by_name: string | null
  created_at: string
  expires_at: string
  removed_at: string | null
}

const COLUMNS = [
  'f.id',
  'f.operation_id',
  'o.type',
  'o.kind',
  'f.path',
  'f.name',
  'f.content_type',
  'f.bytes',
  'f.sha256',
  'f.row_count',
  'f.created_by',
  'u.name as created_by_name',
  'f.created_at',
  'f.expires_at',
  'f.removed_at',
]

const files = (db: Db) =>
  db('result_files as f')
    .join('operations as o', 'o.id', 'f.operation_id')
    .leftJoin('users as u', 'u.id', 'f.created_by')
    .select(COLUMNS)

/** The file of an operation, expired or removed ones too. */
export async function fileOfOperation(db: Db, operationId: string): Promise<FileRow | undefined> {
  return files(db).comment('files.of-operation').where('f.operation_id', operationId).first()
}

/** One file by id, locked when asked within a transaction. */
export async function findFile(db: Db, id: string, lock = false): Promise<FileRow | undefined> {
  if (lock) await db('result_files').where({ id }).forUpdate().first('id')
  return files(db).comment('files.find').where('f.id', id).first()
}

/** Files that can be fetched at `now` (UTC text), newest first; `ownerId` null: everybody's. */
export function listFiles(
  db: Db,
  ask: {
    ownerId: string | null
    type: OperationType | undefined
    before: string | undefined
    now: string
    rows: number
  },
): Promise<FileRow[]> {
  const found = files(db)
    .comment('files.list')
    .whereNull('f.removed_at')
    .where('f.expires_at', '>', ask.now)
    .orderBy('f.id', 'desc')
    .limit(ask.rows)
  if (ask.ownerId !== null) found.where('f.created_by', ask.ownerId)
  if (ask.type !== undefined) found.where('o.type', ask.type)
  if (ask.before !== undefined) found.where('f.id', '<', ask.before)
  return found as unknown as Promise<FileRow[]>
}

export interface NewFile {
  operation_id: string
  path: string
  name: string
  content_type: string
  bytes: number
  sha256: string
  row_count: number
  reuse_key: string | null
  created_by: string | null
  created_at: string
  expires_at: string
}

/** Puts a finished file on the shelf. */
export async function insertFile(trx: Knex.Transaction, file: NewFile): Promise<void> {
  await trx('result_files').comment('files.insert').insert(file)
}

/** A file that answered the same question of the same data, made after `since` and still there. */
export async function reusableFile(db: Db, reuseKey: string, since: string): Promise<FileRow | undefined> {
  return files(db)
    .comment('files.reusable')
    .where('f.reuse_key', reuseKey)
    .where('f.created_at', '>=', since)
    .whereNull('f.removed_at')
    .orderBy('f.id', 'desc')
    .first()
}

/** Marks a file as taken away. */
export async function markRemoved(
  trx: Knex.Transaction,
  id: string,
  at: string,
  userId: string | null,
): Promise<void> {
  await trx('result_files').where({ id }).update({ removed_at: at, removed_by: userId })
}

/** Files whose time is over and that are still there, some at a time. */
export function expiredFiles(db: Db, now: string, rows: number): Promise<{ id: string; path: string }[]> {
  return db('result_files')
    .comment('files.expired')
    .whereNull('removed_at')
    .where('expires_at', '<=', now)
    .orderBy('id')
    .limit(rows)
    .select('id', 'path') as unknown as Promise<{ id: string; path: string }[]>
}
