import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import {
  BILL_COLUMNS,
  type BillRow,
  type BillTicket,
  ITEM_COLUMNS,
  PAYMENT_COLUMNS,
  type PaymentRow,
  type StoredItemRow,
  type TenderRow,
  type VisitRow,
} from './model.ts'
import type { Method, PaymentKind, PaymentStatus } from './rules.ts'

const visits = (db: Db, name: string): Knex.QueryBuilder =>
  db('visits as v')
    .comment(`billing.${name}`)
    .join('patients as p', 'p.id', 'v.patient_id')
    .select('v.id', 'v.patient_id', 'p.name as patient_name', 'v.group_uid', 'v.doctor_id')

/** A visit and, behind it, everybody who came with it; empty where there is no such visit. */
export async function listVisitsWith(db: Db, visitId: string): Promise<VisitRow[]> {
  const own = await reading(visits(db, 'visit').where('v.id', visitId) as PromiseLike<VisitRow[]>)
  const group = own[0]?.group_uid ?? null
  if (group === null) return own
  return reading(visits(db, 'group').where('v.group_uid', group).orderBy('v.id') as PromiseLike<VisitRow[]>)
}

/** The ticket of a visit. */
export const findTicketOf = (db: Db, visitId: string): Promise<BillTicket | undefined> =>
  reading(
    db('tickets')
      .comment('billing.ticket')
      .where({ visit_id: visitId })
      .first('id', 'number', 'status', 'doctor_id') as PromiseLike<BillTicket | undefined>,
  )

/** The bills of some visits that count. */
export const listBills = (db: Db, visitIds: readonly string[]): Promise<BillRow[]> =>
  reading(
    db('bills')
      .comment('billing.bills')
      .whereIn('visit_id', [...visitIds])
      .where({ live: 1 })
      .orderBy('visit_id')
      .select(BILL_COLUMNS) as PromiseLike<BillRow[]>,
  )

/** Lines that are written down, in their order. */
export const listItems = (db: Db, billId: string): Promise<StoredItemRow[]> =>
  reading(
    db('bill_items')
      .comment('billing.items')
      .where({ bill_id: billId })
      .orderBy(['position', 'id'])
      .select(ITEM_COLUMNS) as PromiseLike<StoredItemRow[]>,
  )

const payments = (db: Db, name: string): Knex.QueryBuilder =>
  db('payments as y')
    .comment(`billing.${name}`)
    .join('patients as p', 'p.id', 'y.patient_id')
    .join('users as u', 'u.id', 'y.user_id')
    .select(PAYMENT_COLUMNS.map((column) => `y.${column}`))
    .select('p.name as patient_name', 'u.name as user_name')

/** Payments and reversals of a bill, oldest first. */
export const listPaymentsOf = (db: Db, billId: string): Promise<PaymentRow[]> =>
  reading(payments(db, 'payments-of').where('y.bill_id', billId).orderBy('y.id') as PromiseLike<PaymentRow[]>)

/** One payment. */
export const findPayment = (
  db: Db,
  where: { id: string } | { number: string },
): Promise<PaymentRow | undefined> => {
  const [[column, value]] = Object.entries(where) as [[string, string]]
  return reading(
    payments(db, 'payment').where(`y.${column}`, value).first() as PromiseLike<PaymentRow | undefined>,
  )
}

/** How some payments were made, in the order in which they were named. */
export async function listTenders(db: Db, paymentIds: readonly string[]): Promise<TenderRow[]> {
  if (paymentIds.length === 0) return []
  return reading(
    db('payment_tenders')
      .comment('billing.tenders')
      .whereIn('payment_id', [...paymentIds])
      .orderBy('id')
      .select(
        'payment_id',
        'method',
        'amount_sen',
        'tendered_sen',
        'change_sen',
        'reference',
        'panel_id',
      ) as PromiseLike<TenderRow[]>,
  )
}

/** What a receipt keeps beside the payment. */
export const findCopy = (
  db: Db,
  id: string,
): Promise<{ bill_json: string | null; reversed_number: string | null } | undefined> =>
  reading(
    db('payments as y')
      .comment('billing.copy')
      .leftJoin('payments as r', 'r.id', 'y.reverses_id')
      .where('y.id', id)
      .first('y.bill_json', 'r.number as reversed_number') as PromiseLike<
      { bill_json: string | null; reversed_number: string | null } | undefined
    >,
  )

/** Which payments of a list; `doctorId`: of this doctor's patients alone. */
export interface PaymentFilter {
  day?: string | undefined
  method?: Method | undefined
  cashier?: string | undefined
  status?: PaymentStatus | undefined
  kind?: PaymentKind | undefined
  doctorId?: string | undefined
}

function narrow(query: Knex.QueryBuilder, filter: PaymentFilter): void {
  const { day, method, cashier, status, kind, doctorId } = filter
  if (day !== undefined) query.where('y.paid_on', day)
  if (cashier !== undefined) query.where('y.user_id', cashier)
  if (status !== undefined) query.where('y.status', status)
  if (kind !== undefined) query.where('y.kind', kind)
  if (doctorId !== undefined) query.where('y.doctor_id', doctorId)
  if (method !== undefined)
    query.whereExists((tender: Knex.QueryBuilder) =>
      tender
        .from('payment_tenders as m')
        .whereRaw('m.payment_id = y.id')
        .where('m.method', method)
        .select('m.id'),
    )
}

/** Payments, newest first, behind an id or so many rows deep. */
export function listPayments(
  db: Db,
  filter: PaymentFilter,
  from: { after: string } | { skip: number },
  limit: number,
): Promise<PaymentRow[]> {
  const query = payments(db, 'list')
  narrow(query, filter)
  if ('after' in from) query.where('y.id', '<', from.after)
  else if (from.skip > 0) query.offset(from.skip)
  return reading(query.orderBy('y.id', 'desc').limit(limit) as PromiseLike<PaymentRow[]>)
}

/** How many payments a list has; counts no further than one more than `most`. */
export async function countPayments(db: Db, filter: PaymentFilter, most: number): Promise<number> {
  const some = db('payments as y')
    .limit(most + 1)
    .select('y.id')
  narrow(some, filter)
  const row = await reading(
    db.from(some.as('some')).comment('billing.count').count({ n: '*' }).first() as PromiseLike<
      { n: number } | undefined
    >,
  )
  return Number(row?.n ?? 0)
}
