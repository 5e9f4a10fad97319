import { METHODS, rmOf } from '../billing/rules.ts'
import type { Db } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { clinicDay } from '../units/dates.ts'
import { isRowId } from '../units/ids.ts'
import {
  countDay,
  findOpenShift,
  findShift,
  listShifts,
  listShiftsOfDay,
  type ShiftRow,
  sumDay,
  sumShifts,
} from './repository.ts'
import type { DaySummary, Shift, ShiftList, ShiftQuery } from './schema.ts'
import { viewShift } from './view.ts'

export { holdOpenShift } from './repository.ts'

/** Whose shifts somebody may see: `own` names the one who sees only his own. */
export interface ShiftScope {
  own: string | null
}

type ReadDeps = Pick<Deps, 'db' | 'clock'>

const MOST_SHIFTS = 200

/** Shifts with their sums, however many by two statements more. */
export async function viewShifts(db: Db, rows: readonly ShiftRow[]): Promise<Shift[]> {
  const sums = await sumShifts(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => viewShift(row, sums.get(row.id) ?? { sums: {}, payments: 0 }))
}

/** One shift; throws `not-found`, for somebody else's too where the scope says so. */
export async function getShift({ db }: ReadDeps, id: string, { own }: ShiftScope): Promise<Shift> {
  const row = isRowId(id) ? await findShift(db, id) : undefined
  if (row === undefined || (own !== null && row.user_id !== own)) throw new AppError('not-found')
  return ((await viewShifts(db, [row])) as [Shift])[0]
}

/** The open shift of whoever asks; throws `not-found` when there is none. */
export async function currentShift({ db }: ReadDeps, userId: string): Promise<Shift> {
  const row = await findOpenShift(db, userId)
  if (row === undefined) throw new AppError('not-found')
  return ((await viewShifts(db, [row])) as [Shift])[0]
}

/** Shifts, newest first. */
export async function getShifts(
  { db }: ReadDeps,
  { limit, cursor, ...filter }: ShiftQuery,
  { own }: ShiftScope,
): Promise<ShiftList> {
  if (own !== null && filter.cashier !== undefined && filter.cashier !== own)
    return { data: [], meta: { limit, next: null } }
  const rows = await listShifts(db, { ...filter, cashier: own ?? filter.cashier }, cursor, limit + 1)
  const more = rows.length > limit
  if (more) rows.pop()
  return {
    data: await viewShifts(db, rows),
    meta: { limit, next: more ? (rows.at(-1)?.id ?? null) : null },
  }
}

/** A clinic day's takings by method and cashier, with its shifts; today if none is named. */
export async function getDaySummary({ db, clock }: ReadDeps, on?: string): Promise<DaySummary> {
  const day = on ?? clinicDay(clock.now())
  const sums = await sumDay(db, day)
  const counts = await countDay(db, day)
  const shifts = await viewShifts(db, await listShiftsOfDay(db, day, MOST_SHIFTS))
  const total = (rows: typeof sums) => rows.reduce((all, { sen }) => all + Number(sen), 0)
  const count = (rows: typeof sums) => rows.reduce((all, { n }) => all + Number(n), 0)
  const of = (kind: string) => Number(counts.find((row) => row.kind === kind)?.n ?? 0)
  const cashiers = [...new Map(sums.map(({ user_id, user_name }) => [user_id, user_name]))]
  return {
    day,
    total: rmOf(total(sums)),
    rounding: rmOf(counts.reduce((all, row) => all + Number(row.rounding_sen ?? 0), 0)),
    payments: of('payment'),
    refunds: of('refund'),
    voids: of('void'),
    byMethod: METHODS.map((method) => {
      const rows = sums.filter((row) => row.method === method)
      return { method, amount: rmOf(total(rows)), count: count(rows) }
    }),
    byCashier: cashiers.map(([id, name]) => {
      const rows = sums.filter((row) => row.user_id === id)
      return { cashier: { id, name }, amount: rmOf(total(rows)), count: count(rows) }
    }),
    shifts,
  }
}
