import type { Knex } from '../db/connect.ts'
import type { OperationStatus, OperationType } from './schema.ts'

/** One row of `operations` with its maker's name, as the driver gives it (JSON columns parsed, instants as text). */
export interface OperationRow {
  no: number
  id: string
  type: OperationType
  kind: string | null
  status: OperationStatus
  phase: string | null
  params: Record<string, unknown>
  file_name: string | null
  file_bytes: number | null
  file_sha256: string | null
  file_path: string | null
  file_columns: string[] | null
  result: Record<string, unknown> | null
  error: Record<string, unknown> | null
  note: string | null
  cursor_state: unknown
  counts: Record<string, number> | null
  processed: number
  total: number | null
  percent: string
  rate_per_second: number | null
  enqueues: number
  fence: number
  attempts: number
  barren_starts: number
  worker: string | null
  heartbeat_at: string | null
  cancel_requested_at: string | null
  created_by: string | null
  created_by_name: string | null
  created_at: string
  started_at: string | null
  finished_at: string | null
  version: number
}

const COLUMNS = [
  'no',
  'id',
  'type',
  'kind',
  'status',
  'phase',
  'params',
  'file_name',
  'file_bytes',
  'file_sha256',
  'file_path',
  'file_columns',
  'result',
  'error',
  'note',
  'cursor_state',
  'counts',
  'processed',
  'total',
  'percent',
  'rate_per_second',
  'enqueues',
  'fence',
  'attempts',
  'barren_starts',
  'worker',
  'heartbeat_at',
  'cancel_requested_at',
  'created_by',
  'created_at',
  'started_at',
  'finished_at',
  'version',
].map((column) => `o.${column}`)

/** Base query over operations, newest first when listed; callers add where-clauses. */
export function operations(db: Knex) {
  return db('operations as o')
    .leftJoin('users as u', 'u.id', 'o.created_by')
    .select([...COLUMNS, 'u.name as created_by_name'])
}

type Raw = Omit<OperationRow, 'file_bytes' | 'processed' | 'total' | 'created_by'> & {
  file_bytes: number | string | null
  processed: number | string
  total: number | string | null
  created_by: number | string | null
}

const toNumber = (value: number | string | null): number | null => (value === null ? null : Number(value))

/** BIGINT columns come as text; counts of rows and bytes are far below 2^53 and become numbers here. */
export function fromDriver(raw: Raw): OperationRow {
  return {
    ...raw,
    file_bytes: toNumber(raw.file_bytes),
    processed: Number(raw.processed),
    total: toNumber(raw.total),
    created_by: raw.created_by === null ? null : String(raw.created_by),
  }
}

/** One operation by id, or undefined. */
export async function findOperation(db: Knex, id: string): Promise<OperationRow | undefined> {
  const raw = (await operations(db).where('o.id', id).first()) as Raw | undefined
  return raw === undefined ? undefined : fromDriver(raw)
}

/** One operation by id, its row locked until the transaction ends. */
export async function lockOperation(trx: Knex.Transaction, id: string): Promise<OperationRow | undefined> {
  await trx('operations').where({ id }).forUpdate().first('no')
  return findOperation(trx, id)
}

/** How many operations wait in front of this one, itself included: 1 = next. */
export async function placeInLine(db: Knex, row: Pick<OperationRow, 'no' | 'type'>): Promise<number> {
  const found = await db('operations')
    .where({ status: 'queued', type: row.type })
    .where('no', '<=', row.no)
    .count({ n: '*' })
    .first()
  return Number(found?.n ?? 1)
}

/** Rows of a list query, typed. */
export async function fetchOperations(query: ReturnType<typeof operations>): Promise<OperationRow[]> {
  return ((await query) as Raw[]).map(fromDriver)
}
