import { rmOf } from '../../billing/rules.ts'
import type { Db } from '../../db/connect.ts'
import { reading } from '../../db/transaction.ts'
import { groupBy } from './group.ts'
import type { Bill, Payment } from './record.ts'

interface BillRow {
  id: string
  visit_id: string
  patient_id: string
  is_group: number
  status: string
  total_sen: number
  discount_sen: number
  paid_sen: number
}

interface ItemRow {
  bill_id: string
  description: string
  quantity: number
  amount_sen: number
}

/** The patient's bills, and of bills for several who came together the lines of this patient's own visits alone. */
export async function readBills(db: Db, patientId: string): Promise<Bill[]> {
  const items = (await reading(
    db('bill_items as i')
      .comment('exports.file-bill-items')
      .join('visits as v', 'v.id', 'i.visit_id')
      .where('v.patient_id', patientId)
      .orderBy(['i.bill_id', 'i.position', 'i.id'])
      .select('i.bill_id', 'i.description', 'i.quantity', 'i.amount_sen'),
  )) as ItemRow[]
  const ofBill = groupBy(items, ({ bill_id }) => bill_id)
  const rows = (await reading(
    db('bills as b')
      .comment('exports.file-bills')
      .where('b.patient_id', patientId)
      .modify((query) => {
        if (ofBill.size > 0) query.orWhereIn('b.id', [...ofBill.keys()])
      })
      .orderBy('b.id')
      .select('b.id', 'b.visit_id', 'b.patient_id', 'b.is_group', 'b.status')
      .select('b.total_sen', 'b.discount_sen', 'b.paid_sen'),
  )) as BillRow[]
  return rows.map((row) => ({
    billId: row.id,
    visitId: row.visit_id,
    status: row.status,
    shared: row.is_group === 1,
    ...(row.patient_id === patientId
      ? { total: rmOf(row.total_sen), discount: rmOf(row.discount_sen), paid: rmOf(row.paid_sen) }
      : {}),
    lines: (ofBill.get(row.id) ?? []).map(({ description, quantity, amount_sen }) => ({
      description,
      quantity,
      amount: rmOf(amount_sen),
    })),
  }))
}

interface PaymentRow {
  id: string
  receipt: string | null
  visit_id: string
  kind: string
  status: string
  paid_on: string
  amount_sen: number
  by: string | null
}

interface TenderRow {
  payment_id: string
  method: string
  amount_sen: number
  reference: string | null
}

interface ImportedRow extends PaymentRow {
  method: string
}

/** Payments of this patient, refunds and voided ones among them, then those that an import brought. */
export async function readPayments(db: Db, patientId: string): Promise<Payment[]> {
  const rows = (await reading(
    db('payments as y')
      .comment('exports.file-payments')
      .leftJoin('users as u', 'u.id', 'y.user_id')
      .where('y.patient_id', patientId)
      .orderBy('y.id')
      .select('y.id', 'y.visit_id', 'y.kind', 'y.status', 'y.paid_on', 'y.amount_sen')
      .select({ receipt: 'y.number', by: 'u.name' }),
  )) as PaymentRow[]
  const tenders = (await reading(
    db('payment_tenders as t')
      .comment('exports.file-tenders')
      .where('t.patient_id', patientId)
      .orderBy(['t.payment_id', 't.id'])
      .select('t.payment_id', 't.method', 't.amount_sen', 't.reference'),
  )) as TenderRow[]
  const ofPayment = groupBy(tenders, ({ payment_id }) => payment_id)
  const imported = (await reading(
    db('imported_payments as y')
      .comment('exports.file-imported-payments')
      .join('visits as v', 'v.imported_id', 'y.imported_visit_id')
      .where('v.patient_id', patientId)
      .orderBy(['y.paid_on', 'y.id'])
      .select('y.status', 'y.method', 'y.paid_on', 'y.amount_sen')
      .select({ visit_id: 'v.id', receipt: 'y.receipt_number' })
      .select(db.raw("'payment' as kind, null as `by`")),
  )) as ImportedRow[]
  const view = (row: PaymentRow, methods: Payment['methods']): Payment => ({
    receipt: row.receipt,
    visitId: row.visit_id,
    kind: row.kind,
    status: row.status,
    paidOn: row.paid_on,
    amount: rmOf(row.amount_sen),
    methods,
    by: row.by,
  })
  return [
    ...rows.map((row) =>
      view(
        row,
        (ofPayment.get(row.id) ?? []).map(({ method, amount_sen, reference }) => ({
          method,
          amount: rmOf(amount_sen),
          reference,
        })),
      ),
    ),
    ...imported.map((row) =>
      view(row, [{ method: row.method, amount: rmOf(row.amount_sen), reference: null }]),
    ),
  ]
}
