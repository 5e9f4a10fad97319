import { stat } from 'node:fs/promises'
import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { Principal } from '../rights/permissions.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import { isRowId } from '../units/ids.ts'
import { type FileRow, fileOfOperation, findFile, listFiles } from './repository.ts'
import type { FileListQuery, ResultFile } from './schema.ts'
import { resultPath } from './store.ts'

type ReadDeps = Pick<Deps, 'db' | 'config' | 'clock'>
type Reader = Pick<Principal, 'userId' | 'permissions'>

/** A file as people and programs see it; where it lies stays inside. */
export function viewFile(row: FileRow): ResultFile {
  return {
    id: row.id,
    operationId: row.operation_id,
    type: row.type,
    kind: row.kind,
    name: row.name,
    contentType: row.content_type,
    bytes: Number(row.bytes),
    rows: Number(row.row_count),
    sha256: row.sha256,
    createdBy: row.created_by === null ? null : { id: row.created_by, name: row.created_by_name ?? '' },
    createdAt: fromSqlUtc(row.created_at) as string,
    expiresAt: fromSqlUtc(row.expires_at) as string,
  }
}

const seesAll = ({ permissions }: Reader) => permissions.has('operations.all')

/** The shelf: files that can be fetched, one's own or, with `operations.all`, everybody's. One statement. */
export async function shelf(
  deps: ReadDeps,
  reader: Reader,
  { limit, cursor, type }: FileListQuery,
): Promise<{ data: ResultFile[]; meta: { limit: number; next: string | null } }> {
  const rows = await reading(
    listFiles(deps.db, {
      ownerId: seesAll(reader) ? null : reader.userId,
      type,
      before: cursor,
      now: toSqlUtc(deps.clock.now()),
      rows: limit + 1,
    }),
  )
  const shown = rows.slice(0, limit)
  const next = rows.length > limit ? (shown.at(-1)?.id ?? null) : null
  return { data: shown.map(viewFile), meta: { limit, next } }
}

/** A file of the shelf that this person may see; for others it does not exist. Throws `not-found`. */
export async function visibleFile(deps: ReadDeps, reader: Reader, id: string): Promise<FileRow> {
  const row = isRowId(id) ? await reading(findFile(deps.db, id)) : undefined
  if (row === undefined || !(seesAll(reader) || row.created_by === reader.userId))
    throw new AppError('not-found')
  return row
}

/** A result file that is there: where it lies and what it is. */
export interface Fetchable extends ResultFile {
  path: string
}

/**
 * The result of an operation as a file to send. Throws `not-found` where there is none (yet), `file/expired` when its
 * time is over or somebody took it away.
 */
export async function fetchable(deps: ReadDeps, operationId: string): Promise<Fetchable> {
  const row = await reading(fileOfOperation(deps.db, operationId))
  if (row === undefined) throw new AppError('not-found', { detail: 'This operation has no result file.' })
  const expiresAt = fromSqlUtc(row.expires_at) as string
  if (row.removed_at !== null || Date.parse(expiresAt) <= deps.clock.now().getTime())
    throw new AppError('file/expired')
  const path = resultPath(deps, row.path)
  if ((await stat(path).catch(() => null)) === null) throw new AppError('file/expired')
  return { ...viewFile(row), path }
}
