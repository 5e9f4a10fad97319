import { invalidate } from '../cache/invalidate.ts'
import { writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { madeBefore, type Once, onceOf } from '../db/idempotency.ts'
import type { Step } from '../db/one-trip.ts'
import { AppError } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import { changeContext, completeHeld, type HeldTicket, QUEUE } from '../queue/commands.ts'
import { settingsOf } from '../settings/reads.ts'
import { holdOpenShift } from '../shifts/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { assertPossible, sumColumns } from './change.ts'
import { BILLING, type BillingDeps, reckoningOf, type Settings, type Who } from './domain.ts'
import { giveReceipt, PAYMENT } from './give-receipt.ts'
import { afterAct, assertVersion, auditOf, type HeldBill, holdBill, refuse, storeBill } from './hold.ts'
import type { LoadedBill, Reckoning } from './load.ts'
import type { VisitRow } from './model.ts'
import { presentPayment } from './present.ts'
import { listBills, listVisitsWith } from './repository.ts'
import { isUnsettled, numberFormat, rmOf, senOf } from './rules.ts'
import type { Payment, PaymentInput } from './schema.ts'
import { type Plan, planTenders } from './tenders.ts'
import { copyOf } from './view.ts'

/** From here on a visit has what it is going to cost. */
const PAYABLE = ['dispensing', 'payment', 'completed']
const OVER = ['cancelled', 'no_show']

function assertPayable(bill: LoadedBill, ticket: HeldTicket, isDeposit: boolean): void {
  if (OVER.includes(ticket.status)) refuse(bill, 'state/conflict', 'This visit did not take place.')
  if (!isDeposit && !PAYABLE.includes(ticket.status))
    refuse(bill, 'state/conflict', 'The visit is not ready to be paid; take a deposit.')
}

function planOf(bill: LoadedBill, { tenders, deposit }: PaymentInput): Plan {
  const asked = tenders.map(({ method, amount, tendered, reference }) => ({
    method,
    amountSen: amount === undefined ? undefined : senOf(amount),
    tenderedSen: tendered === undefined ? undefined : senOf(tendered),
    reference,
  }))
  const due = { balanceSen: bill.balanceSen, panelSen: bill.panel?.dueSen ?? 0 }
  const plan = planTenders(asked, due, deposit === true)
  if ('fault' in plan) throw new AppError('rule/broken', { errors: [plan.fault] })
  return plan
}

/** The shift that takes the money; cash needs one where the clinic says so. */
export async function shiftFor(
  trx: Knex.Transaction,
  userId: string,
  hasCash: boolean,
  needsShift: boolean,
): Promise<string | null> {
  const shift = await holdOpenShift(trx, userId)
  if (shift === undefined && hasCash && needsShift)
    throw new AppError('state/conflict', { detail: 'Open a shift before you take or give cash.' })
  return shift ?? null
}

/** Writes the lines of a bill down as they are at the moment at which it is paid. */
function itemSteps(trx: Knex.Transaction, billId: string, { lines }: LoadedBill): Step[] {
  const rows = lines.map((line, position) => ({
    bill_id: billId,
    visit_id: line.visit_id,
    position,
    source: line.source,
    source_id: line.source_id,
    kind: line.kind,
    description: line.description,
    quantity: line.quantity,
    unit_price_sen: line.unit_price_sen,
    discount_sen: line.discountSen,
    sst_bp: line.sstBp,
    sst_sen: line.sstSen,
    amount_sen: line.amountSen,
  }))
  const clear = trx('bill_items').where({ bill_id: billId }).delete()
  return rows.length === 0 ? [clear] : [clear, trx('bill_items').insert(rows)]
}

/** Whether everybody else on the ticket has paid: a group may have split its bill. */
async function othersPaid(trx: Knex.Transaction, { isGroup, visits }: LoadedBill): Promise<boolean> {
  const own = (visits[0] as { id: string }).id
  if (isGroup || visits[0]?.group_uid === null) return true
  const all = await listVisitsWith(trx, own)
  const bills = await listBills(
    trx,
    all.map(({ id }) => id),
  )
  return all.every(
    ({ id }) => id === own || bills.some((bill) => bill.visit_id === id && !isUnsettled(bill.status)),
  )
}

/** What a payment needs to know beside the bill. */
interface Moment {
  input: PaymentInput
  who: Who
  once: Once | undefined
  reckoning: Reckoning
  context: Awaited<ReturnType<typeof changeContext>>
  settings: Settings
}

/** Writes what a payment does: the bill, the end of the ticket where it is paid off, the receipt with its number last. */
async function record(
  trx: Knex.Transaction,
  { bill, ticket }: HeldBill,
  plan: Plan,
  { input, who, once, reckoning, context, settings }: Moment,
): Promise<{ id: string; note: string; queueNote: string | null }> {
  const status = afterAct(bill, plan.settles ? 'settle' : 'pay')
  const hasCash = plan.tenders.some(({ method }) => method === 'cash')
  const shiftId = await shiftFor(trx, who.userId, hasCash, settings['billing.cashNeedsShift'])
  const at = toSqlUtc(context.now)
  const changes = {
    ...sumColumns(bill),
    status,
    paid_sen: bill.paidSen + plan.amountSen,
    rounding_sen: bill.roundingSen + plan.roundingSen,
    settled_at: plan.settles ? at : null,
    doctor_id: bill.doctorId,
  }
  const stored = await storeBill(trx, bill, changes, context.now)
  const isOver = plan.settles && ticket.status === 'payment' && (await othersPaid(trx, bill))
  const queueNote = isOver ? await completeHeld(trx, ticket, context) : null
  const [{ id: visitId, patient_id: patientId }] = bill.visits as [VisitRow]
  const given = await giveReceipt(trx, plan.settles ? itemSteps(trx, stored.id, bill) : [], {
    payment: {
      bill_id: stored.id,
      visit_id: visitId,
      patient_id: patientId,
      doctor_id: bill.doctorId,
      series: 'receipt',
      kind: 'payment',
      is_deposit: input.deposit === true ? 1 : 0,
      settles: plan.settles ? 1 : 0,
      amount_sen: plan.amountSen,
      rounding_sen: plan.roundingSen,
      balance_sen: bill.balanceSen + plan.roundingSen - plan.amountSen,
      bill_json: JSON.stringify(copyOf(bill, plan.roundingSen)),
      reverses_id: null,
      reason: null,
      shift_id: shiftId,
      user_id: who.userId,
      paid_on: reckoning.on,
      created_at: at,
    },
    tenders: plan.tenders.map((tender) => ({
      method: tender.method,
      amount_sen: tender.amountSen,
      tendered_sen: tender.tenderedSen,
      change_sen: tender.changeSen,
      reference: tender.reference,
      panel_id: tender.method === 'panel' ? (bill.panel?.id ?? null) : null,
    })),
    format: numberFormat('receipt', settings['billing.receiptFormat']),
    once,
    audit: auditOf(who, bill, 'payments.record', { version: stored.version, status }),
    entity: {
      kind: 'payment',
      visitId,
      billId: stored.id,
      ticketId: ticket.id,
      billStatus: status,
      billVersion: stored.version,
      version: 1,
    },
  })
  return { ...given, queueNote }
}

/**
 * Takes a payment: the tenders, the receipt with its number, the bill and, when that is paid with it, the end of the
 * ticket commit together. The same key again answers the same payment. Throws `request/idempotency-mismatch`;
 * `state/version` and `state/conflict` with the present bill; `rule/broken` naming the tender.
 */
export async function pay(deps: BillingDeps, input: PaymentInput, who: Who, key: string): Promise<Payment> {
  const once = onceOf(who.userId, key, ['payments', input])
  const made = once && (await madeBefore(deps.db, once, PAYMENT))
  if (made !== undefined) return presentPayment(deps.db, made)
  const settings = await settingsOf(deps)
  const reckoning = await reckoningOf(deps)
  const moment = { input, who, once, reckoning, settings, context: await changeContext(deps, who) }

  const work = async (trx: Knex.Transaction) => {
    const held = await holdBill(trx, input.visitId, reckoning)
    const { bill, ticket } = held
    assertVersion(bill, input.version)
    if (rmOf(bill.balanceSen) !== input.balance) refuse(bill, 'state/version', 'The bill is another by now.')
    assertPossible(bill)
    afterAct(bill, 'pay', 'This bill is closed.')
    assertPayable(bill, ticket, input.deposit === true)
    const result = await record(trx, held, planOf(bill, input), moment)
    return { result, note: result.note }
  }

  try {
    const { id, queueNote } = await writing(deps, BILLING, work)
    if (queueNote !== null) await invalidate(deps, { domain: QUEUE, note: queueNote })
    void ring(deps)
    return await presentPayment(deps.db, id)
  } catch (error) {
    // two requests with the same key at once: the second found the bill changed by the first
    const isLate = isDuplicateKey(error) || (error instanceof AppError && error.rule.status === 409)
    const first = once && isLate ? await madeBefore(deps.db, once, PAYMENT) : undefined
    if (first === undefined) throw error
    return presentPayment(deps.db, first)
  }
}
