import { clinicNumber } from '../patients/reads.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { LoadedBill } from './load.ts'
import type { PaymentRow, TenderRow } from './model.ts'
import { rmOf, roundCash } from './rules.ts'
import type { Bill, BillCopy, Payment } from './schema.ts'

const orNull = (sen: number | null): string | null => (sen === null ? null : rmOf(sen))

const person = (id: string, name: string) => ({ id, name, clinicNumber: clinicNumber(id) })

const tenderOf = (tender: Omit<TenderRow, 'payment_id' | 'panel_id'>): Payment['tenders'][number] => ({
  method: tender.method,
  amount: rmOf(tender.amount_sen),
  tendered: orNull(tender.tendered_sen),
  change: orNull(tender.change_sen),
  reference: tender.reference,
})

/** A payment with its tenders as every call shows it. */
export const viewPayment = (
  row: PaymentRow,
  tenders: readonly Omit<TenderRow, 'payment_id' | 'panel_id'>[],
): Payment => ({
  id: row.id,
  number: row.number,
  kind: row.kind,
  status: row.status,
  billId: row.bill_id,
  visitId: row.visit_id,
  patient: person(row.patient_id, row.patient_name),
  doctorId: row.doctor_id,
  deposit: row.is_deposit === 1,
  settles: row.settles === 1,
  amount: rmOf(row.amount_sen),
  rounding: rmOf(row.rounding_sen),
  balanceAfter: rmOf(row.balance_sen),
  refunded: rmOf(row.refunded_sen),
  reverses: row.reverses_id,
  reason: row.reason,
  tenders: tenders.map(tenderOf),
  shiftId: row.shift_id,
  cashier: { id: row.user_id, name: row.user_name },
  day: row.paid_on,
  at: fromSqlUtc(row.created_at) ?? '',
  version: row.version,
})

/** Payments with their tenders, which are of all of them in one list. */
export function viewPayments(rows: readonly PaymentRow[], tenders: readonly TenderRow[]): Payment[] {
  const byPayment = new Map<string, TenderRow[]>()
  for (const tender of tenders)
    byPayment.set(tender.payment_id, [...(byPayment.get(tender.payment_id) ?? []), tender])
  return rows.map((row) => viewPayment(row, byPayment.get(row.id) ?? []))
}

function viewSums({ lines, sums, discount }: LoadedBill) {
  return {
    items: lines.map((line) => ({
      id: line.source === 'cashier' ? line.id : null,
      visitId: line.visit_id,
      source: line.source,
      kind: line.kind,
      description: line.description,
      quantity: line.quantity,
      unitPrice: rmOf(line.unit_price_sen),
      discount: rmOf(line.discountSen),
      sstPercent: rmOf(line.sstBp),
      sst: rmOf(line.sstSen),
      amount: rmOf(line.amountSen),
    })),
    subtotal: rmOf(sums.subtotalSen),
    discount:
      discount === null
        ? null
        : {
            kind: discount.kind,
            value: rmOf(discount.value),
            amount: rmOf(sums.discountSen),
            reason: discount.reason,
          },
    sst: rmOf(sums.sstSen),
    total: rmOf(sums.totalSen),
  }
}

/** A bill as every call shows it. */
export function viewBill(bill: LoadedBill): Bill {
  const { row, visits, ticket, panel } = bill
  const people = visits.map((visit) => ({
    visitId: visit.id,
    patient: person(visit.patient_id, visit.patient_name),
  }))
  const [head] = people as [(typeof people)[number]]
  return {
    visitId: head.visitId,
    billId: row?.id ?? null,
    status: row?.status ?? 'open',
    patient: head.patient,
    visits: people,
    doctorId: bill.doctorId,
    ticket: ticket === null ? null : { id: ticket.id, number: ticket.number, status: ticket.status },
    ...viewSums(bill),
    rounding: rmOf(bill.roundingSen),
    paid: rmOf(bill.paidSen),
    refunded: rmOf(bill.refundedSen),
    balance: rmOf(bill.balanceSen),
    cashDue: rmOf(Math.max(0, roundCash(bill.balanceSen))),
    panel:
      panel === null
        ? null
        : {
            id: panel.id,
            code: panel.code,
            name: panel.name,
            reference: panel.reference,
            share: rmOf(panel.shareSen),
            due: rmOf(panel.dueSen),
          },
    payments: viewPayments(bill.payments, bill.tenders),
    version: row?.version ?? 0,
  }
}

/** What a receipt keeps of a bill, with what this payment is rounded by. */
export const copyOf = (bill: LoadedBill, roundingSen: number): BillCopy => ({
  ...viewSums(bill),
  rounding: rmOf(bill.roundingSen + roundingSen),
  paidBefore: rmOf(bill.paidSen - bill.refundedSen),
  panel:
    bill.panel === null
      ? null
      : { name: bill.panel.name, reference: bill.panel.reference, share: rmOf(bill.panel.shareSen) },
})
