import { type Cached, cachedList } from '../cache/read-cache.ts'
import type { Db } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { clinicNumber } from '../patients/reads.ts'
import { clinicDay } from '../units/dates.ts'
import { isRowId } from '../units/ids.ts'
import { QUEUE, type QueueReadDeps } from './domain.ts'
import type { TicketRow } from './model.ts'
import { countTickets, findTicket, listMembers, listTickets, type TicketFilter } from './repository.ts'
import type { Board, BoardQuery, Person, Ticket } from './schema.ts'
import { viewTicket } from './view.ts'

/** Each change leaves the board before it in the cache; it should not lie there long. */
const BOARD_TTL_S = 60
/** Without a limit the board is the whole day; beyond this it is a page like any other. */
const WHOLE_DAY_ROWS = 2000

export { callOfToday, getPlace, getScreen } from './screen.ts'

/** Tickets with the members of their groups: one more statement if there are groups, however many. */
export async function viewTickets(db: Db, rows: readonly TicketRow[]): Promise<Ticket[]> {
  const groups = new Map<string, Person[]>()
  for (const { group_uid } of rows) if (group_uid !== null) groups.set(group_uid, [])
  for (const { group_uid, id, name } of await listMembers(db, [...groups.keys()]))
    groups.get(group_uid)?.push({ id, name, clinicNumber: clinicNumber(id) })
  return rows.map((row) => viewTicket(row, groups.get(row.group_uid ?? '')))
}

async function readBoard(db: Db, filter: TicketFilter, query: BoardQuery): Promise<Board> {
  const limit = query.limit ?? WHOLE_DAY_ROWS
  const page = query.page ?? 1
  const from = query.cursor === undefined ? { skip: (page - 1) * limit } : { after: query.cursor }
  const rows = await listTickets(db, filter, from, limit + 1)
  const more = rows.length > limit
  if (more) rows.pop()
  const isWhole = !more && 'skip' in from && from.skip === 0
  const total = isWhole ? rows.length : await countTickets(db, filter)
  return {
    data: await viewTickets(db, rows),
    meta: {
      day: filter.day,
      page: query.cursor === undefined ? page : null,
      limit,
      total,
      totalPages: Math.ceil(total / limit),
      next: more ? (rows.at(-1)?.id ?? null) : null,
    },
  }
}

const DEEPEST_ROW = 10_000

/** The board of a day in the order of the numbers, from the cache; every change of the queue makes it old. */
export async function getBoard(deps: QueueReadDeps, query: BoardQuery): Promise<Cached> {
  const { cursor, page, limit = WHOLE_DAY_ROWS } = query
  if (cursor !== undefined && (!isRowId(cursor) || page !== undefined))
    throw new AppError('request/invalid', {
      errors: [{ path: 'cursor', message: 'Not a cursor of this list' }],
    })
  if ((page ?? 1) > 1 && (page ?? 1) * limit > DEEPEST_ROW) throw new AppError('request/too-deep-page')
  const day = query.day ?? clinicDay(deps.clock.now())
  const statuses = query.status === undefined ? undefined : [...new Set(query.status)].sort()
  const doctorId = query.doctor === 'none' ? null : query.doctor
  const key = JSON.stringify([day, statuses, query.doctor, page, query.limit, cursor])
  const ask = { domain: QUEUE, variant: 'board-2', key, ttlS: BOARD_TTL_S }
  return cachedList(deps, ask, () => readBoard(deps.db, { day, statuses, doctorId }, query))
}

/** One ticket as it is in the database; throws `not-found`. */
export async function presentTicket(db: Db, where: { id: string } | { visit_id: string }): Promise<Ticket> {
  const row = await findTicket(db, where)
  const [ticket] = row === undefined ? [] : await viewTickets(db, [row])
  if (ticket === undefined) throw new AppError('not-found')
  return ticket
}
