import { writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { isRowId } from '../units/ids.ts'
import { sumColumns } from './change.ts'
import { BILLING, type BillingDeps, reckoningOf, type Settings, type Who } from './domain.ts'
import { giveReceipt, type TenderDraft } from './give-receipt.ts'
import { afterAct, auditOf, holdBill, refuse, storeBill } from './hold.ts'
import type { LoadedBill } from './load.ts'
import type { PaymentRow, TenderRow } from './model.ts'
import { isCashAmount } from './money.ts'
import { shiftFor } from './pay.ts'
import { presentPayment } from './present.ts'
import { findPayment } from './repository.ts'
import {
  type BillAct,
  type BillStatus,
  isUnsettled,
  type Method,
  numberFormat,
  type PaymentAct,
  paymentAfter,
  senOf,
} from './rules.ts'
import type { Payment, RefundInput, VoidInput } from './schema.ts'
import { viewPayment } from './view.ts'

/** What a reversal takes back, and what that does to bill and payment. */
interface Reversal {
  kind: 'refund' | 'void'
  tenders: TenderDraft[]
  billAct: BillAct
  paymentAct: PaymentAct
}

interface Target {
  bill: LoadedBill
  row: PaymentRow
  /** What the payment still holds by method, sen. */
  net: Map<Method, TenderDraft>
  on: string
}

const conflict = (row: PaymentRow, tenders: readonly TenderRow[], detail: string): never => {
  throw new AppError('state/conflict', { detail, extra: { current: viewPayment(row, tenders) } })
}

/** The tenders of a payment less what was taken back of them. */
function netOf({ payments, tenders }: LoadedBill, row: PaymentRow): Map<Method, TenderDraft> {
  const ids = new Set([
    row.id,
    ...payments.filter(({ reverses_id }) => reverses_id === row.id).map(({ id }) => id),
  ])
  const net = new Map<Method, TenderDraft>()
  for (const tender of tenders) {
    if (!ids.has(tender.payment_id)) continue
    const before = net.get(tender.method)?.amount_sen ?? 0
    net.set(tender.method, {
      method: tender.method,
      amount_sen: before + tender.amount_sen,
      tendered_sen: null,
      change_sen: null,
      reference: null,
      panel_id: tender.panel_id ?? net.get(tender.method)?.panel_id ?? null,
    })
  }
  return net
}

const negative = (tender: TenderDraft): TenderDraft => ({ ...tender, amount_sen: -tender.amount_sen })

const kept = ({ payments }: LoadedBill, except: string): PaymentRow[] =>
  payments.filter(({ id, kind, status }) => id !== except && kind === 'payment' && status === 'recorded')

/** All of a payment as if it had never been; only on its own day, and before money was given back. */
function voiding({ bill, row, net, on }: Target): Reversal {
  const own = bill.tenders.filter(({ payment_id }) => payment_id === row.id)
  if (row.paid_on !== on) conflict(row, own, 'Only a payment of today can be voided; refund this one.')
  if (row.refunded_sen > 0) conflict(row, own, 'Money was given back already.')
  if (bill.row?.status === 'paid' && bill.refundedSen > 0)
    conflict(row, own, 'Money of this bill was given back already; refund this payment.')
  return {
    kind: 'void',
    tenders: [...net.values()].map(negative),
    billAct: kept(bill, row.id).length === 0 ? 'void-last' : 'void-one',
    paymentAct: 'void',
  }
}

/** Money back: all that is left of the payment by the ways it was made, or an amount by one way. */
function refunding({ bill, row, net }: Target, { amount, method }: RefundInput): Reversal {
  const own = bill.tenders.filter(({ payment_id }) => payment_id === row.id)
  const leftSen = row.amount_sen - row.refunded_sen
  if (leftSen <= 0) conflict(row, own, 'There is nothing left to give back.')
  const broken = (path: string, message: string): never => {
    throw new AppError('rule/broken', { errors: [{ path, message }] })
  }
  let tenders: TenderDraft[]
  if (amount === undefined || method === undefined) {
    const left = [...net.values()].filter(({ amount_sen }) => amount_sen !== 0)
    // part of it went back another way than it came
    if (left.some(({ amount_sen }) => amount_sen < 0)) broken('method', 'Say how much goes back which way')
    tenders = left.map(negative)
  } else {
    const sen = senOf(amount)
    const byPatient = leftSen - (net.get('panel')?.amount_sen ?? 0)
    if (sen === 0 || sen > byPatient) broken('amount', 'Is not what the patient has paid')
    if (method === 'cash' && !isCashAmount(sen)) broken('amount', 'Cash is given in steps of 5 sen')
    const none = { tendered_sen: null, change_sen: null, reference: null, panel_id: null }
    tenders = [{ method, amount_sen: -sen, ...none }]
  }
  const backSen = -tenders.reduce((sum, { amount_sen }) => sum + amount_sen, 0)
  return {
    kind: 'refund',
    tenders,
    billAct: bill.paidSen - bill.refundedSen === backSen ? 'refund-all' : 'refund-part',
    paymentAct: leftSen === backSen ? 'refund-all' : 'refund-part',
  }
}

/** The money of a bill once a payment is taken back. */
function sumsAfter({ bill, row }: Target, { kind }: Reversal, amountSen: number, status: BillStatus) {
  const isVoid = kind === 'void'
  const paidSen = bill.paidSen + (isVoid ? amountSen : 0)
  const refundedSen = bill.refundedSen - (isVoid ? 0 : amountSen)
  const roundingSen = bill.roundingSen - (isVoid ? row.rounding_sen : 0)
  const dueSen = bill.sums.totalSen + roundingSen - paidSen + refundedSen
  return { paidSen, refundedSen, roundingSen, balanceSen: isUnsettled(status) ? dueSen : 0 }
}

/** What a reversal needs to know beside what it reverses. */
interface Moment {
  who: Who
  now: Date
  on: string
  settings: Settings
  reason: string
}

/** Writes a reversal: the bill, the payment, and the note with its number last. */
async function record(
  trx: Knex.Transaction,
  target: Target,
  reversal: Reversal,
  { who, now, on, settings, reason }: Moment,
): Promise<{ id: string; note: string }> {
  const { bill, row } = target
  const { kind, tenders } = reversal
  const paymentStatus = paymentAfter(row.status, reversal.paymentAct) ?? refuse(bill, 'state/conflict')
  const status = afterAct(bill, reversal.billAct)
  const amountSen = tenders.reduce((sum, { amount_sen }) => sum + amount_sen, 0)
  const hasCash = tenders.some(({ method }) => method === 'cash')
  const shiftId = await shiftFor(trx, who.userId, hasCash, settings['billing.cashNeedsShift'])
  const sums = sumsAfter(target, reversal, amountSen, status)
  const changes = {
    ...sumColumns(bill),
    status,
    paid_sen: sums.paidSen,
    refunded_sen: sums.refundedSen,
    rounding_sen: sums.roundingSen,
    ...(isUnsettled(status) ? { settled_at: null } : {}),
  }
  const stored = await storeBill(trx, bill, changes, now)
  const changed = trx('payments')
    .where({ id: row.id })
    .update({
      status: paymentStatus,
      refunded_sen: row.refunded_sen - (kind === 'void' ? 0 : amountSen),
      version: row.version + 1,
    })
  // what is not paid any more is read from where it comes from again
  const forgotten = trx('bill_items').where({ bill_id: stored.id }).whereNot('source', 'cashier').delete()
  return giveReceipt(trx, isUnsettled(status) ? [changed, forgotten] : [changed], {
    payment: {
      bill_id: stored.id,
      visit_id: row.visit_id,
      patient_id: row.patient_id,
      doctor_id: row.doctor_id,
      series: 'reversal',
      kind,
      is_deposit: row.is_deposit,
      settles: 0,
      amount_sen: amountSen,
      rounding_sen: kind === 'void' ? flip(row.rounding_sen) : 0,
      balance_sen: sums.balanceSen,
      bill_json: null,
      reverses_id: row.id,
      reason,
      shift_id: shiftId,
      user_id: who.userId,
      paid_on: on,
      created_at: toSqlUtc(now),
    },
    tenders,
    format: numberFormat('reversal', settings['billing.receiptFormat']),
    once: undefined,
    audit: auditOf(who, bill, `payments.${kind}`, { payment: row.id, version: stored.version, status }),
    entity: {
      kind,
      visitId: row.visit_id,
      billId: stored.id,
      reverses: row.id,
      billStatus: status,
      billVersion: stored.version,
      version: 1,
    },
  })
}

async function reverse(
  deps: BillingDeps,
  id: string,
  { version, reason }: { version: number; reason: string },
  who: Who,
  decide: (target: Target) => Reversal,
): Promise<Payment> {
  const seen = isRowId(id) ? await findPayment(deps.db, { id }) : undefined
  if (seen === undefined) throw new AppError('not-found')
  const settings = await settingsOf(deps)
  const reckoning = await reckoningOf(deps)
  const moment = { who, now: deps.clock.now(), on: reckoning.on, settings, reason }

  const made = await writing(deps, BILLING, async (trx: Knex.Transaction) => {
    const { bill } = await holdBill(trx, seen.visit_id, reckoning)
    // a payment of a bill that was begun anew since is not on the present one
    const row = bill.payments.find((payment) => payment.id === id) ?? (await presentRow(trx, id))
    const own = bill.tenders.filter(({ payment_id }) => payment_id === id)
    if (row.version !== version)
      throw new AppError('state/version', { extra: { current: viewPayment(row, own) } })
    if (row.kind !== 'payment' || row.bill_id !== bill.row?.id || paymentAfter(row.status, 'void') === null)
      conflict(row, own, 'This cannot be taken back any more.')
    const target = { bill, row, net: netOf(bill, row), on: reckoning.on }
    const given = await record(trx, target, decide(target), moment)
    return { result: given.id, note: given.note }
  })
  void ring(deps)
  return presentPayment(deps.db, made)
}

const flip = (sen: number): number => (sen === 0 ? 0 : -sen)

async function presentRow(trx: Knex.Transaction, id: string): Promise<PaymentRow> {
  const row = await findPayment(trx, { id })
  if (row === undefined) throw new AppError('not-found')
  return row
}

/**
 * Voids a payment of today: a mistake, as if it had never been. The bill is due again; it is void where this was all
 * that had paid it. Answers the reversal. Throws `state/version` and `state/conflict` with the present payment.
 */
export const voidPayment = (deps: BillingDeps, id: string, input: VoidInput, who: Who): Promise<Payment> =>
  reverse(deps, id, input, who, voiding)

/**
 * Gives money of a payment back, all or part. A bill that was paid stays so, with less, until all of it went back.
 * Answers the reversal. Throws as {@link voidPayment}, and `rule/broken`.
 */
export const refundPayment = (
  deps: BillingDeps,
  id: string,
  input: RefundInput,
  who: Who,
): Promise<Payment> => reverse(deps, id, input, who, (target) => refunding(target, input))
