import { DateTime } from 'luxon'
import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { Principal } from '../rights/permissions.ts'
import { toSqlUtc } from '../units/clock.ts'
import { fetchOperations, findOperation, type OperationRow, operations, placeInLine } from './repository.ts'
import type { Operation, OperationListQuery } from './schema.ts'
import { viewOperation } from './view.ts'

const DEEPEST_ROW = 10_000

type Reader = Pick<Principal, 'userId' | 'permissions'>

const seesAll = (principal: Reader) => principal.permissions.has('operations.all')

/** An operation that this person may see: its maker, or a holder of `operations.all`; for others it does not exist. */
export async function findVisibleOperation(
  deps: Pick<Deps, 'db'>,
  principal: Reader,
  id: string,
): Promise<OperationRow | undefined> {
  const row = await reading(findOperation(deps.db, id))
  return row !== undefined && (seesAll(principal) || row.created_by === principal.userId) ? row : undefined
}

/** As {@link findVisibleOperation}; throws `not-found`. */
export async function getVisibleOperation(
  deps: Pick<Deps, 'db'>,
  principal: Reader,
  id: string,
): Promise<OperationRow> {
  const row = await findVisibleOperation(deps, principal, id)
  if (row === undefined) throw new AppError('not-found')
  return row
}

/** The record of a row, with its place in line while it waits. */
export async function showOperation(deps: Pick<Deps, 'db'>, row: OperationRow): Promise<Operation> {
  return viewOperation(row, row.status === 'queued' ? await reading(placeInLine(deps.db, row)) : null)
}

/** The midnight that begins a clinic day, `plusDays` later, as UTC text of the database. */
const midnight = (day: string, zone: string, plusDays = 0) =>
  toSqlUtc(DateTime.fromISO(day, { zone }).plus({ days: plusDays }).toJSDate())

export interface OperationPage {
  data: Operation[]
  meta: {
    page: number
    limit: number
    total: number
    totalPages: number
    totalIsAtLeast?: boolean
    next: string | null
  }
}

/** Operations that a person may see, newest first. Costs three statements whatever the page. */
export async function listOperations(
  deps: Pick<Deps, 'db' | 'config'>,
  principal: Reader,
  query: OperationListQuery,
): Promise<OperationPage> {
  const skip = (query.page - 1) * query.limit
  if (skip + query.limit > DEEPEST_ROW) throw new AppError('request/too-deep-page')
  const zone = deps.config.TZ_CLINIC
  const filtered = () => {
    const found = operations(deps.db)
    if (!seesAll(principal)) found.where('o.created_by', principal.userId)
    if (query.user !== undefined) found.where('o.created_by', query.user)
    if (query.type !== undefined) found.where('o.type', query.type)
    if (query.kind !== undefined) found.where('o.kind', query.kind)
    if (query.status !== undefined) found.where('o.status', query.status)
    if (query.from !== undefined) found.where('o.created_at', '>=', midnight(query.from, zone))
    if (query.to !== undefined) found.where('o.created_at', '<', midnight(query.to, zone, 1))
    return found
  }
  const page = filtered()
    .orderBy('o.no', 'desc')
    .limit(query.limit + 1)
  if (query.cursor === undefined) page.offset(skip)
  else if (/^\d+$/.test(query.cursor)) page.where('o.no', '<', Number(query.cursor))
  else
    throw new AppError('request/invalid', {
      errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
    })
  const counted = deps.db.count({ n: '*' }).from(
    filtered()
      .clearSelect()
      .select('o.no')
      .limit(DEEPEST_ROW + 1)
      .as('found'),
  )
  const [rows, [{ n }]] = await Promise.all([
    reading(fetchOperations(page)),
    reading(counted as unknown as Promise<[{ n: string }]>),
  ])
  const shown = rows.slice(0, query.limit)
  const data = await Promise.all(shown.map((row) => showOperation(deps, row)))
  const total = Math.min(Number(n), DEEPEST_ROW)
  return {
    data,
    meta: {
      page: query.page,
      limit: query.limit,
      total,
      totalPages: Math.ceil(total / query.limit),
      ...(Number(n) > DEEPEST_ROW ? { totalIsAtLeast: true } : {}),
      next: rows.length > query.limit ? String(shown.at(-1)?.no) : null,
    },
  }
}
