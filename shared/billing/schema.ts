import { z } from 'zod'
import { BILL_STATUSES, ITEM_KINDS, METHODS, PAYMENT_KINDS, PAYMENT_STATUSES } from './rules.ts'

const MAX_TEXT = 200
const MAX_REFERENCE = 60
const MAX_TENDERS = 6
const MAX_QUANTITY = 9999
const MAX_LIMIT = 100
const MAX_CURSOR = 20

const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const version = z.number().int().min(1)
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const day = z.iso.date()
const instant = z.string().describe('ISO 8601, UTC')

/** An amount of RM that is asked for: `"45.00"`, never negative, below a million. */
export const money = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,5})\.[0-9]{2}$/, 'Must be an amount like "45.00"')
  .describe('RM, two decimals')
const shown = z.string().describe('RM, two decimals')
const percent = z
  .string()
  .regex(/^(100\.00|[1-9]?[0-9]\.[0-9]{2})$/, 'Must be a percentage like "10.00"')
  .describe('Percent, two decimals')
const reason = text(MAX_TEXT)

const person = z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() })

const tender = z.object({
  method: z.enum(METHODS),
  amount: shown,
  tendered: shown.nullable().describe('Cash handed over'),
  change: shown.nullable().describe('Cash given back'),
  reference: z.string().nullable(),
})

/** A payment, or a reversal of one (then with negative amounts). */
export const payment = z
  .object({
    id: z.string(),
    number: z.string().describe('Of the receipt, without gaps'),
    kind: z.enum(PAYMENT_KINDS),
    status: z.enum(PAYMENT_STATUSES),
    billId: z.string(),
    visitId: z.string(),
    patient: person,
    doctorId: z.string().nullable(),
    deposit: z.boolean(),
    settles: z.boolean().describe('Whether the bill was paid off with it'),
    amount: shown,
    rounding: shown.describe('What cash was rounded by'),
    balanceAfter: shown.describe('What was left to pay'),
    refunded: shown,
    reverses: z.string().nullable().describe('Id of the payment that this reverses'),
    reason: z.string().nullable(),
    tenders: z.array(tender),
    shiftId: z.string().nullable(),
    cashier: z.object({ id: z.string(), name: z.string() }),
    day,
    at: instant,
    version: z.number().int(),
  })
  .meta({ id: 'Payment' })
export type Payment = z.infer<typeof payment>

const item = z.object({
  id: z.string().nullable().describe('Of a line that the cashier added'),
  visitId: z.string(),
  source: z.enum(['consultation', 'prescription', 'cashier']),
  kind: z.enum(ITEM_KINDS),
  description: z.string(),
  quantity: z.number().int(),
  unitPrice: shown,
  discount: shown.describe('Its part of the discount'),
  sstPercent: percent,
  sst: shown,
  amount: shown,
})

const sums = {
  subtotal: shown,
  discount: z
    .object({
      kind: z.enum(['amount', 'percent']),
      value: z.string(),
      amount: shown,
      reason: z.string(),
    })
    .nullable(),
  sst: shown,
  total: shown,
}

/** The bill of a visit, or of all who came together. */
export const bill = z
  .object({
    visitId: z.string().describe('Where the bill is; that of a group is with its first patient'),
    billId: z.string().nullable().describe('null until somebody changes or pays it'),
    status: z.enum(BILL_STATUSES),
    patient: person,
    visits: z.array(z.object({ visitId: z.string(), patient: person })).describe('Whom the bill is for'),
    doctorId: z.string().nullable(),
    ticket: z.object({ id: z.string(), number: z.string(), status: z.string() }).nullable(),
    items: z.array(item),
    ...sums,
    rounding: shown,
    paid: shown.describe('Payments that were not voided'),
    refunded: shown,
    balance: shown.describe('What is left to pay; negative where a deposit was more'),
    cashDue: shown.describe('The same in cash, to the nearest 5 sen'),
    panel: z
      .object({
        id: z.string(),
        code: z.string(),
        name: z.string(),
        reference: z.string().nullable(),
        share: shown,
        due: shown.describe('What of the share is not on a payment yet'),
      })
      .nullable(),
    payments: z.array(payment),
    version: z.number().int().describe('0 until somebody changes or pays it'),
  })
  .meta({ id: 'Bill' })
export type Bill = z.infer<typeof bill>

/** What a receipt keeps of the bill as it was. */
export const billCopy = z.object({
  items: z.array(item),
  ...sums,
  rounding: shown,
  paidBefore: shown,
  panel: z.object({ name: z.string(), reference: z.string().nullable(), share: shown }).nullable(),
})
export type BillCopy = z.infer<typeof billCopy>

/** A receipt as it was given: the payment, and the bill as it was then (none on a reversal). */
export const receipt = z
  .object({
    payment,
    bill: billCopy.nullable(),
    clinic: z.object({
      name: z.string(),
      address: z.string(),
      phone: z.string(),
      sstNumber: z.string(),
      note: z.string(),
    }),
    reversedNumber: z.string().nullable().describe('Of the payment that this reverses'),
  })
  .meta({ id: 'Receipt' })
export type Receipt = z.infer<typeof receipt>

/** State that was seen: of a bill that nobody has touched yet, version 0. */
const seen = { version: z.number().int().min(0) }

const tenderInput = z.strictObject({
  method: z.enum(METHODS),
  amount: money.optional().describe('Needed but for cash and panel, which pay what is left'),
  tendered: money.optional().describe('Cash handed over'),
  reference: text(MAX_REFERENCE).optional(),
})

/** A payment; version and balance of the bill as the cashier saw it say that nothing changed since. */
export const paymentInput = z.strictObject({
  visitId: id,
  ...seen,
  balance: z.string().regex(/^-?(0|[1-9][0-9]{0,7})\.[0-9]{2}$/, 'Must be an amount like "45.00"'),
  tenders: z.array(tenderInput).max(MAX_TENDERS),
  deposit: z.boolean().optional().describe('Before the bill is complete; may be more than what is due'),
})
export type PaymentInput = z.infer<typeof paymentInput>

export const voidInput = z.strictObject({ version, reason })
export type VoidInput = z.infer<typeof voidInput>

/** All of a payment back by the ways it was made, or an amount by one of them. */
export const refundInput = z
  .strictObject({
    version,
    reason,
    amount: money.optional(),
    method: z.enum(['cash', 'card', 'duitnow', 'ewallet', 'transfer']).optional(),
  })
  .refine((value) => (value.amount === undefined) === (value.method === undefined), {
    error: 'An amount needs a method, and a method an amount',
    path: ['method'],
  })
export type RefundInput = z.infer<typeof refundInput>

export const itemInput = z.strictObject({
  ...seen,
  kind: z.enum(ITEM_KINDS),
  description: text(MAX_TEXT),
  quantity: z.number().int().min(1).max(MAX_QUANTITY),
  unitPrice: money,
  visitId: id.optional().describe('Whose, on the bill of a group'),
})
export type ItemInput = z.infer<typeof itemInput>

/** Which state of the bill an item is taken off. */
export const versionQuery = z.strictObject({ version: z.coerce.number().int().min(1) })

/** A discount on the whole bill, or none any more. */
export const discountInput = z.union([
  z.strictObject({ ...seen, amount: money, reason }),
  z.strictObject({ ...seen, percent, reason }),
  z.strictObject({ ...seen, amount: z.null() }),
])
export type DiscountInput = z.infer<typeof discountInput>

export const panelInput = z.strictObject({
  ...seen,
  panelId: id.nullable(),
  reference: text(MAX_REFERENCE).optional(),
})
export type PanelInput = z.infer<typeof panelInput>

export const seenInput = z.strictObject(seen)

export const paymentQuery = z.strictObject({
  day: day.optional(),
  method: z.enum(METHODS).optional(),
  cashier: id.optional(),
  status: z.enum(PAYMENT_STATUSES).optional(),
  kind: z.enum(PAYMENT_KINDS).optional(),
  page: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
  cursor: z.string().max(MAX_CURSOR).optional(),
})
export type PaymentQuery = z.output<typeof paymentQuery>

export const paymentList = z.object({
  data: z.array(payment),
  meta: z.object({
    page: z.number().int().nullable(),
    limit: z.number().int(),
    total: z.number().int(),
    totalPages: z.number().int(),
    totalIsAtLeast: z.boolean().optional(),
    next: z.string().nullable(),
  }),
})
export type PaymentList = z.infer<typeof paymentList>

/** How a receipt is printed; every print after the first says that it is a copy. */
export const printQuery = z.strictObject({
  paper: z.enum(['A5', 'roll80']).default('A5').describe('roll80: a roll of 80 mm'),
  language: z.enum(['en', 'ms']).default('ms'),
})
export type PrintQuery = z.output<typeof printQuery>
