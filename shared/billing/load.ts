import type { Db } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { type Share, shareFor } from '../panels/reads.ts'
import { isRowId } from '../units/ids.ts'
import { chargesOfVisits } from './charges.ts'
import type { BillRow, BillTicket, ItemRow, PaymentRow, TenderRow, VisitRow } from './model.ts'
import {
  findTicketOf,
  listBills,
  listItems,
  listPaymentsOf,
  listTenders,
  listVisitsWith,
} from './repository.ts'
import { isUnsettled } from './rules.ts'
import { type Discount, type LineSums, type Sums, sumsOf, type Tax } from './totals.ts'

/** A bill with everything that it is reckoned from, in sen; `row` null: nobody has touched it yet. */
export interface LoadedBill {
  row: BillRow | null
  /** Where the bill is, and then whom else it is for. */
  visits: VisitRow[]
  isGroup: boolean
  ticket: BillTicket | null
  doctorId: string | null
  lines: (ItemRow & LineSums)[]
  sums: Omit<Sums, 'lines'>
  discount: (Discount & { reason: string }) | null
  panel: (Share & { reference: string | null; dueSen: number }) | null
  payments: PaymentRow[]
  tenders: TenderRow[]
  paidSen: number
  refundedSen: number
  roundingSen: number
  balanceSen: number
}

/** How bills are reckoned: the clinic's tax and the clinic day. */
export interface Reckoning {
  tax: Tax
  on: string
  /** In a transaction that holds the ticket: a yearly limit of a panel is held too. */
  lock?: boolean
}

/** Which bill a visit is on: its own, that of its group, or one that nobody has touched. */
function placeOf(
  visitId: string,
  all: readonly VisitRow[],
  bills: readonly BillRow[],
): { row: BillRow | null; visits: VisitRow[]; isGroup: boolean } {
  const shared = bills.find(({ is_group }) => is_group === 1)
  const own = bills.find((bill) => bill.visit_id === visitId)
  const alone = all.filter(({ id }) => id === visitId)
  if (shared !== undefined) return { row: shared, visits: [...all], isGroup: true }
  if (own !== undefined) return { row: own, visits: alone, isGroup: false }
  // once some of a group have bills of their own, so have all
  if (all.length === 1 || bills.length > 0) return { row: null, visits: alone, isGroup: false }
  return { row: null, visits: [...all], isGroup: true }
}

function discountOf(row: BillRow | null): LoadedBill['discount'] {
  if (row === null || row.discount_kind === null) return null
  return { kind: row.discount_kind, value: row.discount_value ?? 0, reason: row.discount_reason ?? '' }
}

/** Lines and sums as they were written down when the bill was paid. */
async function settledLines(db: Db, row: BillRow): Promise<Pick<LoadedBill, 'lines' | 'sums'>> {
  const items = await listItems(db, row.id)
  const sum = (of: (item: (typeof items)[number]) => number) =>
    items.reduce((total, item) => total + of(item), 0)
  const subtotalSen = sum((item) => item.quantity * item.unit_price_sen)
  return {
    lines: items.map(({ discount_sen, sst_bp, sst_sen, amount_sen, ...item }) => ({
      ...item,
      discountSen: discount_sen,
      sstBp: sst_bp,
      sstSen: sst_sen,
      amountSen: amount_sen,
    })),
    sums: {
      subtotalSen,
      discountSen: sum((item) => item.discount_sen),
      sstSen: sum((item) => item.sst_sen),
      totalSen: sum((item) => item.amount_sen),
    },
  }
}

/** Lines as they are at this moment, with what the cashier added. */
async function presentLines(
  db: Db,
  row: BillRow | null,
  visits: readonly VisitRow[],
  tax: Tax,
): Promise<Pick<LoadedBill, 'lines' | 'sums'>> {
  const charges = await chargesOfVisits(
    db,
    visits.map(({ id }) => id),
  )
  const added = row === null ? [] : (await listItems(db, row.id)).filter(({ source }) => source === 'cashier')
  const items: ItemRow[] = [...charges, ...added]
  const { lines, ...sums } = sumsOf(
    items.map(({ kind, quantity, unit_price_sen }) => ({ kind, quantity, unitPriceSen: unit_price_sen })),
    discountOf(row),
    tax,
  )
  return { lines: items.map((item, at) => ({ ...item, ...(lines[at] as LineSums) })), sums }
}

const total = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

/** What was paid by the panel of a bill, less what was reversed. */
const panelPaid = (tenders: readonly TenderRow[], panelId: string): number =>
  total(
    tenders
      .filter(({ method, panel_id }) => method === 'panel' && panel_id === panelId)
      .map(({ amount_sen }) => amount_sen),
  )

/**
 * The bill that a visit is on, reckoned from what is in the database now. Throws `not-found`. A fixed number of
 * statements for one patient, two more for each other one of a group.
 */
export async function loadBill(db: Db, visitId: string, { tax, on, lock }: Reckoning): Promise<LoadedBill> {
  const found = isRowId(visitId) ? await listVisitsWith(db, visitId) : []
  const [head] = found
  if (head === undefined) throw new AppError('not-found')
  const bills = await listBills(
    db,
    found.map(({ id }) => id),
  )
  const { row, visits, isGroup } = placeOf(visitId, found, bills)
  const ticket = (await findTicketOf(db, head.id)) ?? null
  const unsettled = row === null || isUnsettled(row.status)
  const { lines, sums } = unsettled ? await presentLines(db, row, visits, tax) : await settledLines(db, row)
  const payments = row === null ? [] : await listPaymentsOf(db, row.id)
  const tenders = await listTenders(
    db,
    payments.map(({ id }) => id),
  )
  const kept = payments.filter(({ kind, status }) => kind === 'payment' && status !== 'void')
  const paidSen = total(kept.map(({ amount_sen }) => amount_sen))
  const refundedSen = total(kept.map(({ refunded_sen }) => refunded_sen))
  const roundingSen = total(kept.map(({ rounding_sen }) => rounding_sen))
  const dueSen = sums.totalSen + roundingSen - paidSen + refundedSen
  const panel = await panelOf(db, { row, visits, tenders, unsettled, on, lock, totalSen: sums.totalSen })
  return {
    row,
    visits,
    isGroup,
    ticket,
    doctorId: row?.doctor_id ?? ticket?.doctor_id ?? head.doctor_id,
    lines,
    sums,
    discount: discountOf(row),
    panel,
    payments,
    tenders,
    paidSen,
    refundedSen,
    roundingSen,
    balanceSen: unsettled ? dueSen : 0,
  }
}

async function panelOf(
  db: Db,
  ask: {
    row: BillRow | null
    visits: readonly VisitRow[]
    tenders: readonly TenderRow[]
    unsettled: boolean
    on: string
    lock: boolean | undefined
    totalSen: number
  },
): Promise<LoadedBill['panel']> {
  const panelId = ask.row?.panel_id ?? null
  if (ask.row === null || panelId === null) return null
  const paidSen = panelPaid(ask.tenders, panelId)
  const share = await shareFor(db, {
    panelId,
    patientId: (ask.visits[0] as VisitRow).patient_id,
    on: ask.on,
    totalSen: ask.totalSen,
    paidSen,
    lock: ask.lock === true && ask.unsettled,
  })
  if (share === undefined) return null
  const reference = ask.row.panel_reference
  if (!ask.unsettled) return { ...share, shareSen: ask.row.panel_sen, reference, dueSen: 0 }
  return { ...share, reference, dueSen: Math.max(0, share.shareSen - paidSen) }
}
