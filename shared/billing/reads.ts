import { finish } from '../cache/entry.ts'
import { type Cached, cachedList } from '../cache/read-cache.ts'
import type { Db } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { settingsOf } from '../settings/reads.ts'
import { isRowId } from '../units/ids.ts'
import { BILLING, type BillingReadDeps, reckoningOf } from './domain.ts'
import { loadBill } from './load.ts'
import { countPayments, findCopy, findPayment, listPayments, listTenders } from './repository.ts'
import { isUnsettled } from './rules.ts'
import type { Bill, BillCopy, Payment, PaymentList, PaymentQuery, Receipt } from './schema.ts'
import { viewBill, viewPayment, viewPayments } from './view.ts'

const BILL_TTL_S = 60
const PAYMENTS_TTL_S = 60
const DEEPEST_ROW = 10_000
const MAX_NUMBER = 16

/** Whose bills somebody may see: all, or those of one doctor's patients (`null`: of nobody's). */
export type BillScope = 'all' | { doctorId: string | null }

const mayRead = (scope: BillScope, doctorId: string | null): boolean =>
  scope === 'all' || (doctorId !== null && doctorId === scope.doctorId)

/**
 * The bill that a visit is on; throws `not-found`, for another doctor's too where the scope says so. One that is paid
 * comes from the cache. One that is not is reckoned anew: it changes with every word the doctor types.
 */
export async function getBill(
  deps: BillingReadDeps,
  visitId: string,
  scope: BillScope,
): Promise<Cached & { bill: Bill }> {
  if (!isRowId(visitId)) throw new AppError('not-found')
  const reckoning = await reckoningOf(deps)
  const load = async () => viewBill(await loadBill(deps.db, visitId, reckoning))
  let open: Bill | undefined
  const ask = { domain: BILLING, variant: 'bill-1', key: visitId, ttlS: BILL_TTL_S }
  const kept = await cachedList(deps, ask, async () => {
    const bill = await load()
    if (!isUnsettled(bill.status)) return bill
    open = bill
    // nothing is kept in the cache for nothing
    return null
  })
  const paid = JSON.parse(kept.json.toString()) as Bill | null
  const bill = paid ?? open ?? (await load())
  if (!mayRead(scope, bill.doctorId)) throw new AppError('not-found')
  return paid === null ? { ...finish(bill), cache: 'BYPASS', bill } : { ...kept, bill }
}

/** One payment; throws `not-found`. */
export async function getPayment(
  { db }: Pick<BillingReadDeps, 'db'>,
  id: string,
  scope: BillScope,
): Promise<Payment> {
  const row = isRowId(id) ? await findPayment(db, { id }) : undefined
  if (row === undefined || !mayRead(scope, row.doctor_id)) throw new AppError('not-found')
  return viewPayment(row, await listTenders(db, [row.id]))
}

/** A receipt by its number, as it was given but for what happened to the payment since; throws `not-found`. */
export async function getReceipt(deps: BillingReadDeps, number: string, scope: BillScope): Promise<Receipt> {
  const settings = await settingsOf(deps)
  const row = number.length > MAX_NUMBER ? undefined : await findPayment(deps.db, { number })
  if (row === undefined || !mayRead(scope, row.doctor_id)) throw new AppError('not-found')
  const tenders = await listTenders(deps.db, [row.id])
  const copy = await findCopy(deps.db, row.id)
  return {
    payment: viewPayment(row, tenders),
    bill: copy?.bill_json == null ? null : (JSON.parse(copy.bill_json) as BillCopy),
    clinic: {
      name: settings['clinic.name'],
      address: settings['clinic.address'],
      phone: settings['clinic.phone'],
      sstNumber: settings['billing.sstNumber'],
      note: settings['billing.receiptNote'],
    },
    reversedNumber: copy?.reversed_number ?? null,
  }
}

/**
 * Payments and reversals, newest first, by page or cursor; from the cache, which every change of bills, of patients'
 * names and of the names of the staff makes old.
 */
export function getPayments(deps: BillingReadDeps, query: PaymentQuery, scope: BillScope): Promise<Cached> {
  const { page, limit, cursor, day, method, cashier, status, kind } = query
  if (cursor !== undefined && (!isRowId(cursor) || page !== undefined))
    throw new AppError('request/invalid', {
      errors: [{ path: 'cursor', message: 'Not a cursor of this list' }],
    })
  if (cursor === undefined && (page ?? 1) * limit > DEEPEST_ROW) throw new AppError('request/too-deep-page')
  const whose = scope === 'all' ? scope : [scope.doctorId]
  const key = JSON.stringify([whose, day, method, cashier, status, kind, page, limit, cursor])
  const ask = { domain: BILLING, variant: 'payments-1', key, ttlS: PAYMENTS_TTL_S }
  return cachedList(deps, ask, () => readPayments(deps.db, query, scope))
}

async function readPayments(
  db: Db,
  { page, limit, cursor, ...filter }: PaymentQuery,
  scope: BillScope,
): Promise<PaymentList> {
  const at = page ?? 1
  // nobody's payments have the id 0
  const where = scope === 'all' ? filter : { ...filter, doctorId: scope.doctorId ?? '0' }
  const from = cursor === undefined ? { skip: (at - 1) * limit } : { after: cursor }
  const rows = await listPayments(db, where, from, limit + 1)
  const more = rows.length > limit
  if (more) rows.pop()
  const counted = await countPayments(db, where, DEEPEST_ROW)
  const tenders = await listTenders(
    db,
    rows.map(({ id }) => id),
  )
  const total = Math.min(counted, DEEPEST_ROW)
  return {
    data: viewPayments(rows, tenders),
    meta: {
      page: cursor === undefined ? at : null,
      limit,
      total,
      totalPages: Math.ceil(total / limit),
      ...(counted > DEEPEST_ROW ? { totalIsAtLeast: true } : {}),
      next: more ? (rows.at(-1)?.id ?? null) : null,
    },
  }
}
