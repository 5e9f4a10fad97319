import { type Cached, cachedList } from '../cache/read-cache.ts'
import type { Db } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { clinicNumber } from '../patients/reads.ts'
import { viewLine } from '../prescriptions/reads.ts'
import { OPEN_LINES } from '../prescriptions/rules.ts'
import { isRowId } from '../units/ids.ts'
import { findItem, type ItemRow, listItems } from './repository.ts'
import type { DispensingItem, WorkList, WorkQuery } from './schema.ts'

/** Name of the domain in the cache. */
export const DISPENSING = 'dispensing'

const LIST_TTL_S = 60

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

/** A line as the dispensary sees it. */
export const viewItem = (row: ItemRow): DispensingItem => ({
  ...viewLine(row),
  patient: { id: row.patient_id, name: row.patient_name, clinicNumber: clinicNumber(row.patient_id) },
  ticket:
    row.ticket_id === null
      ? null
      : { id: row.ticket_id, number: row.ticket_number ?? '', status: row.ticket_status ?? '' },
  psychotropic: row.psychotropic === 1,
})

/** What the dispensary has to do, the oldest first; from the cache, which every change of what is shown makes old. */
export function getWork(
  deps: ReadDeps,
  { status = [...OPEN_LINES], visit, cursor, limit }: WorkQuery,
): Promise<Cached> {
  const statuses = [...new Set(status)].sort()
  const key = JSON.stringify([statuses, visit, cursor, limit])
  // whoever may read the list may see all of it: every role is given the same
  return cachedList(deps, { domain: DISPENSING, variant: 'all-1', key, ttlS: LIST_TTL_S }, async () => {
    const rows = await listItems(deps.db, { statuses, visitId: visit, after: cursor }, limit)
    const more = rows.length > limit
    if (more) rows.pop()
    const next = more ? (rows.at(-1)?.id ?? null) : null
    return { data: rows.map(viewItem), meta: { limit, next } } satisfies WorkList
  })
}

/** The row of one line; throws `not-found`, for ids of another shape too. */
export async function itemOf(db: Db, id: string): Promise<ItemRow> {
  const row = isRowId(id) ? await findItem(db, id) : undefined
  if (row === undefined) throw new AppError('not-found')
  return row
}

/** One line. Throws `not-found`. */
export const getItem = async (deps: Pick<Deps, 'db'>, id: string): Promise<DispensingItem> =>
  viewItem(await itemOf(deps.db, id))
