import type { Method, PaymentKind } from '../billing/rules.ts'
import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'

/** Sums by method, sen. */
export type ByMethod = Partial<Record<Method, number>>

/** A row of `shifts` with the cashier's name. */
export interface ShiftRow {
  id: string
  user_id: string
  user_name: string
  open_user_id: string | null
  opened_on: string
  opened_at: string
  float_sen: number
  closed_at: string | null
  closed_by: string | null
  counted_json: string | null
  expected_json: string | null
  note: string | null
  version: number
}

const COLUMNS = [
  'id',
  'user_id',
  'open_user_id',
  'opened_on',
  'opened_at',
  'float_sen',
  'closed_at',
  'closed_by',
  'counted_json',
  'expected_json',
  'note',
  'version',
] as const satisfies readonly (keyof ShiftRow)[]

const shifts = (db: Db, name: string): Knex.QueryBuilder =>
  db('shifts as s')
    .comment(`shifts.${name}`)
    .join('users as u', 'u.id', 's.user_id')
    .select(COLUMNS.map((column) => `s.${column}`))
    .select('u.name as user_name')

/** One shift. */
export const findShift = (db: Db, id: string): Promise<ShiftRow | undefined> =>
  reading(shifts(db, 'find').where('s.id', id).first() as PromiseLike<ShiftRow | undefined>)

/** The open shift of a cashier. */
export const findOpenShift = (db: Db, userId: string): Promise<ShiftRow | undefined> =>
  reading(
    shifts(db, 'find-open').where('s.open_user_id', userId).first() as PromiseLike<ShiftRow | undefined>,
  )

/**
 * Holds the open shift of a cashier: shared, for a payment (others of the same cashier may go on), so that it cannot
 * be closed until the payment is in it. Undefined where there is none.
 */
export async function holdOpenShift(trx: Knex.Transaction, userId: string): Promise<string | undefined> {
  const row = (await reading(
    trx('shifts').comment('shifts.hold-open').where({ open_user_id: userId }).forShare().first('id'),
  )) as { id: string } | undefined
  return row?.id
}

/** Holds a shift alone: no payment is on its way into it. */
export async function lockShift(trx: Knex.Transaction, id: string): Promise<ShiftRow | undefined> {
  const own = await reading(trx('shifts').comment('shifts.lock').where({ id }).forUpdate().first('id'))
  return own === undefined ? undefined : findShift(trx, id)
}

/** Which shifts. */
export interface ShiftFilter {
  day?: string | undefined
  cashier?: string | undefined
  status?: 'open' | 'closed' | undefined
}

/** Shifts, newest first, behind an id. */
export function listShifts(
  db: Db,
  { day, cashier, status }: ShiftFilter,
  after: string | undefined,
  limit: number,
): Promise<ShiftRow[]> {
  const query = shifts(db, 'list').orderBy('s.id', 'desc').limit(limit)
  if (day !== undefined) query.where('s.opened_on', day)
  if (cashier !== undefined) query.where('s.user_id', cashier)
  if (status === 'open') query.whereNotNull('s.open_user_id')
  if (status === 'closed') query.whereNull('s.open_user_id')
  if (after !== undefined) query.where('s.id', '<', after)
  return reading(query as PromiseLike<ShiftRow[]>)
}

/** Shifts that were opened on a day, or before it and still are. */
export const listShiftsOfDay = (db: Db, day: string, most: number): Promise<ShiftRow[]> =>
  reading(
    shifts(db, 'of-day')
      .where((query: Knex.QueryBuilder) => {
        query.where('s.opened_on', day)
        query.orWhere((open: Knex.QueryBuilder) => {
          open.whereNotNull('s.open_user_id').where('s.opened_on', '<', day)
        })
      })
      .orderBy('s.id')
      .limit(most) as PromiseLike<ShiftRow[]>,
  )

/** What came in by each method in some shifts, less reversals, and by how many payments. */
export async function sumShifts(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, { sums: ByMethod; payments: number }>> {
  const found = new Map<string, { sums: ByMethod; payments: number }>(
    ids.map((id) => [id, { sums: {}, payments: 0 }]),
  )
  if (ids.length === 0) return found
  const rows = await reading(
    db('payment_tenders')
      .comment('shifts.sum')
      .whereIn('shift_id', [...ids])
      .groupBy('shift_id', 'method')
      .select('shift_id', 'method')
      .sum({ sen: 'amount_sen' }) as PromiseLike<{ shift_id: string; method: Method; sen: string }[]>,
  )
  for (const { shift_id, method, sen } of rows) {
    const entry = found.get(shift_id)
    if (entry !== undefined) entry.sums[method] = Number(sen)
  }
  const counts = await reading(
    db('payments')
      .comment('shifts.count')
      .whereIn('shift_id', [...ids])
      .groupBy('shift_id')
      .select('shift_id')
      .count({ n: '*' }) as PromiseLike<{ shift_id: string; n: number }[]>,
  )
  for (const { shift_id, n } of counts) {
    const entry = found.get(shift_id)
    if (entry !== undefined) entry.payments = Number(n)
  }
  return found
}

/** What came in on a day by method and cashier, less reversals, sen. */
export const sumDay = (
  db: Db,
  day: string,
): Promise<{ user_id: string; user_name: string; method: Method; sen: string; n: number }[]> =>
  reading(
    db('payment_tenders as t')
      .comment('shifts.sum-day')
      .join('payments as y', 'y.id', 't.payment_id')
      .join('users as u', 'u.id', 'y.user_id')
      .where('t.paid_on', day)
      .groupBy('y.user_id', 'u.name', 't.method')
      .select('y.user_id', 'u.name as user_name', 't.method')
      .sum({ sen: 't.amount_sen' })
      .count({ n: '*' }) as PromiseLike<
      { user_id: string; user_name: string; method: Method; sen: string; n: number }[]
    >,
  )

/** How many payments and reversals a day had, and what cash was rounded by. */
export const countDay = (
  db: Db,
  day: string,
): Promise<{ kind: PaymentKind; n: number; rounding_sen: string | null }[]> =>
  reading(
    db('payments')
      .comment('shifts.count-day')
      .where({ paid_on: day })
      .groupBy('kind')
      .select('kind')
      .count({ n: '*' })
      .sum({ rounding_sen: 'rounding_sen' }) as PromiseLike<
      { kind: PaymentKind; n: number; rounding_sen: string | null }[]
    >,
  )
