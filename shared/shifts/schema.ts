import { z } from 'zod'
import { METHODS } from '../billing/rules.ts'
import { money } from '../billing/schema.ts'

const MAX_NOTE = 500
const MAX_LIMIT = 100
const MAX_CURSOR = 20

const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const shown = z.string().describe('RM, two decimals')
const instant = z.string().describe('ISO 8601, UTC')
const day = z.iso.date()

const line = z.object({
  method: z.enum(METHODS),
  expected: shown.describe('Cash: with the float'),
  counted: shown.nullable(),
  difference: shown.nullable().describe('Counted less expected'),
})

/** A turn at the cash desk: what should be there and what was counted. */
export const shift = z
  .object({
    id: z.string(),
    cashier: z.object({ id: z.string(), name: z.string() }),
    status: z.enum(['open', 'closed']),
    day,
    openedAt: instant,
    float: shown,
    closedAt: instant.nullable(),
    closedBy: z.string().nullable(),
    lines: z.array(line),
    payments: z.number().int(),
    note: z.string().nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'Shift' })
export type Shift = z.infer<typeof shift>

export const shiftInput = z.strictObject({ float: money })
export type ShiftInput = z.infer<typeof shiftInput>

const note = z
  .string()
  .trim()
  .min(1)
  .max(MAX_NOTE)
  .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')

/** The count at the end: cash always, other ways where somebody added up the slips. */
export const closeInput = z.strictObject({
  version: z.number().int().min(1),
  counted: z.strictObject({
    cash: money,
    card: money.optional(),
    duitnow: money.optional(),
    ewallet: money.optional(),
    transfer: money.optional(),
  }),
  note: note.optional(),
})
export type CloseInput = z.infer<typeof closeInput>

export const shiftQuery = z.strictObject({
  day: day.optional(),
  cashier: id.optional(),
  status: z.enum(['open', 'closed']).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
  cursor: z
    .string()
    .max(MAX_CURSOR)
    .regex(/^[1-9][0-9]{0,18}$/, 'Not a cursor of this list')
    .optional(),
})
export type ShiftQuery = z.output<typeof shiftQuery>

export const shiftList = z.object({
  data: z.array(shift),
  meta: z.object({ limit: z.number().int(), next: z.string().nullable() }),
})
export type ShiftList = z.infer<typeof shiftList>

export const summaryQuery = z.strictObject({ day: day.optional() })

/** What came in on a clinic day, less what was given back. */
export const daySummary = z.object({
  day,
  total: shown,
  rounding: shown,
  payments: z.number().int(),
  refunds: z.number().int(),
  voids: z.number().int(),
  byMethod: z.array(z.object({ method: z.enum(METHODS), amount: shown, count: z.number().int() })),
  byCashier: z.array(
    z.object({
      cashier: z.object({ id: z.string(), name: z.string() }),
      amount: shown,
      count: z.number().int(),
    }),
  ),
  shifts: z.array(shift).describe('Opened on the day or still open'),
})
export type DaySummary = z.infer<typeof daySummary>
