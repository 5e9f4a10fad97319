export { rmOf, roundCash, senOf, shareOf, WHOLE_BP } from './money.ts'
export { planTenders } from './tenders.ts'

/** Where a bill can stand. */
export const BILL_STATUSES = ['open', 'part_paid', 'paid', 'refunded', 'void'] as const
/** One of {@link BILL_STATUSES}. */
export type BillStatus = (typeof BILL_STATUSES)[number]

/** Where a payment can stand; a reversal stays `recorded`. */
export const PAYMENT_STATUSES = ['recorded', 'refunded', 'void'] as const
/** One of {@link PAYMENT_STATUSES}. */
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

/** Ways to pay. `panel`: the panel of the bill owes it. */
export const METHODS = ['cash', 'card', 'duitnow', 'ewallet', 'transfer', 'panel'] as const
/** One of {@link METHODS}. */
export type Method = (typeof METHODS)[number]

/** Kinds of lines on a bill. */
export const ITEM_KINDS = ['consultation', 'procedure', 'medication', 'other'] as const
/** One of {@link ITEM_KINDS}. */
export type ItemKind = (typeof ITEM_KINDS)[number]

/** A payment, or what reverses one. */
export const PAYMENT_KINDS = ['payment', 'refund', 'void'] as const
/** One of {@link PAYMENT_KINDS}. */
export type PaymentKind = (typeof PAYMENT_KINDS)[number]

/** What can be done to a bill. */
export type BillAct =
  | 'change'
  | 'pay'
  | 'settle'
  | 'refund-part'
  | 'refund-all'
  | 'void-one'
  | 'void-last'
  | 'renew'

/**
 * What may be done to a bill in which state, and where it stands then; whatever is not here is refused. Money of a bill
 * that is not paid yet (a deposit) can be given back or voided, and the bill goes on. `void-last`: no payment is left.
 * `renew`: the old bill stays as it is and a new one is begun.
 */
const BILL_TRANSITIONS: Readonly<Record<BillStatus, Partial<Record<BillAct, BillStatus>>>> = {
  open: { change: 'open', pay: 'part_paid', settle: 'paid' },
  part_paid: {
    change: 'part_paid',
    pay: 'part_paid',
    settle: 'paid',
    'refund-part': 'part_paid',
    'refund-all': 'open',
    'void-one': 'part_paid',
    'void-last': 'open',
  },
  paid: { 'refund-part': 'paid', 'refund-all': 'refunded', 'void-one': 'part_paid', 'void-last': 'void' },
  refunded: { renew: 'refunded' },
  void: { renew: 'void' },
}

/** The state after an act, or null when the act is not possible in this state. */
export const billAfter = (status: BillStatus, act: BillAct): BillStatus | null =>
  BILL_TRANSITIONS[status][act] ?? null

/** What can be done to a payment. */
export type PaymentAct = 'refund-part' | 'refund-all' | 'void'

const PAYMENT_TRANSITIONS: Readonly<Record<PaymentStatus, Partial<Record<PaymentAct, PaymentStatus>>>> = {
  recorded: { 'refund-part': 'recorded', 'refund-all': 'refunded', void: 'void' },
  refunded: {},
  void: {},
}

/** The state of a payment after an act, or null when the act is not possible. */
export const paymentAfter = (status: PaymentStatus, act: PaymentAct): PaymentStatus | null =>
  PAYMENT_TRANSITIONS[status][act] ?? null

/** Bills whose lines are still read from where they come from. */
export const isUnsettled = (status: BillStatus): boolean => status === 'open' || status === 'part_paid'

const RECEIPT_FORMAT = /^([A-Z]{0,3}-?)([0-9]+)$/
/** Reversals are numbered apart from receipts, whatever these look like. */
const REVERSAL_PREFIX = 'CN-'
const REVERSAL_DIGITS = 6

/** How the numbers of a series look: `R000001` is `R` with at least six digits. */
export interface NumberFormat {
  prefix: string
  digits: number
}

/** The format of a series; that of receipts is the clinic's setting, whose definition has checked the shape. */
export function numberFormat(series: 'receipt' | 'reversal', receiptFormat: string): NumberFormat {
  if (series === 'reversal') return { prefix: REVERSAL_PREFIX, digits: REVERSAL_DIGITS }
  const [, prefix = '', zeros = ''] = RECEIPT_FORMAT.exec(receiptFormat) ?? []
  return { prefix, digits: zeros.length }
}
