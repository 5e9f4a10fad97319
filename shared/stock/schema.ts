import { z } from 'zod'
import { PRICE, rmOf, senOf } from '../medications/rules.ts'
import { MOVEMENT_KINDS } from './rules.ts'

const MAX_BATCH = 40
const MAX_SUPPLIER = 120
const MAX_REASON = 300
const MAX_QUANTITY = 1_000_000
const MAX_COUNTS = 100
const MAX_LIMIT = 100
const DEFAULT_LIMIT = 50
const MAX_DAYS = 730
const SOON_DAYS = 90
const MAX_PAGE = 100

const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const day = z.iso.date()
const version = z.number().int().min(1)
const price = z
  .string()
  .regex(PRICE, 'Must be an amount in RM like 4.50')
  .transform((value) => rmOf(senOf(value)))
const cost = z
  .string()
  .nullable()
  .optional()
  .describe('RM for one unit; only for those who keep the medicines')

const batch = z.object({
  id: z.string(),
  batchNo: z.string(),
  expiresOn: day,
  expired: z.boolean(),
  onHand: z.number().int(),
  costPrice: cost,
  supplier: z.string().nullable(),
  receivedAt: z.string(),
  version: z.number().int(),
})

/** What there is of one medicine, by batch, in the order in which it is handed out. */
export const stock = z
  .object({
    medicationId: z.string(),
    name: z.string(),
    unit: z.string(),
    onHand: z.number().int(),
    available: z.number().int().describe('On hand and not expired'),
    reorderLevel: z.number().int(),
    low: z.boolean(),
    batches: z.array(batch).describe('Those that are not used up'),
    version: z.number().int().describe('Raised by every change of this stock; 0: nothing ever came'),
  })
  .meta({ id: 'Stock' })
export type Stock = z.infer<typeof stock>

/** A delivery. More of a batch that is there already is added to it. */
export const receiveInput = z.strictObject({
  batchNo: text(MAX_BATCH),
  expiresOn: day,
  quantity: z.number().int().min(1).max(MAX_QUANTITY),
  costPrice: price.optional().describe('RM for one unit; the medicine’s own where it is left out'),
  supplier: text(MAX_SUPPLIER).optional(),
})
export type ReceiveInput = z.output<typeof receiveInput>

/** What broke, expired, was found or was lost. */
export const adjustInput = z.strictObject({
  batchId: id,
  change: z
    .number()
    .int()
    .min(-MAX_QUANTITY)
    .max(MAX_QUANTITY)
    .refine((change) => change !== 0, 'Must not be 0'),
  reason: text(MAX_REASON),
  version: version.describe('Of the batch'),
})
export type AdjustInput = z.output<typeof adjustInput>

/** What somebody counted on the shelf, batch by batch. */
export const countInput = z.strictObject({
  counts: z
    .array(z.strictObject({ batchId: id, counted: z.number().int().min(0).max(MAX_QUANTITY), version }))
    .min(1)
    .max(MAX_COUNTS)
    .refine(
      (list) => new Set(list.map(({ batchId }) => batchId)).size === list.length,
      'A batch stands twice',
    ),
  reason: text(MAX_REASON).optional(),
})
export type CountInput = z.output<typeof countInput>

const paging = {
  page: z.coerce.number().int().min(1).max(MAX_PAGE).default(1),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
}
const meta = z.object({
  page: z.number().int(),
  limit: z.number().int(),
  total: z.number().int(),
  totalPages: z.number().int(),
  next: z.null(),
})

export const lowQuery = z.strictObject(paging)
export type LowQuery = z.output<typeof lowQuery>
export const lowList = z.object({
  data: z.array(
    z.object({
      medicationId: z.string(),
      name: z.string(),
      unit: z.string(),
      onHand: z.number().int(),
      available: z.number().int(),
      reorderLevel: z.number().int(),
    }),
  ),
  meta,
})
export type LowList = z.infer<typeof lowList>

export const expiringQuery = z.strictObject({
  withinDays: z.coerce.number().int().min(0).max(MAX_DAYS).default(SOON_DAYS),
  ...paging,
})
export type ExpiringQuery = z.output<typeof expiringQuery>
export const expiringList = z.object({
  data: z.array(
    z.object({
      batchId: z.string(),
      batchNo: z.string(),
      medicationId: z.string(),
      name: z.string(),
      unit: z.string(),
      expiresOn: day,
      expired: z.boolean(),
      onHand: z.number().int(),
    }),
  ),
  meta,
})
export type ExpiringList = z.infer<typeof expiringList>

const MAX_LEVELS = 100
export const levelsQuery = z.strictObject({
  ids: z
    .string()
    .transform((list) => [...new Set(list.split(','))])
    .pipe(z.array(id).min(1).max(MAX_LEVELS))
    .describe('Medicines, with commas'),
})
export type LevelsQuery = z.output<typeof levelsQuery>
/** What is left of some medicines; one that never came is not in it. */
export const levelList = z.object({
  data: z.array(
    z.object({
      medicationId: z.string(),
      onHand: z.number().int(),
      available: z.number().int().describe('On hand and not expired'),
      expiresOn: day.nullable().describe('Of the first batch to go that has not expired'),
    }),
  ),
})
export type LevelList = z.infer<typeof levelList>

/** What the shelves are worth, in RM. */
export const stockValue = z.object({
  medicines: z.number().int(),
  batches: z.number().int(),
  atSellingPrice: z.string(),
  atCost: z.string().optional().describe('Only for those who keep the medicines'),
  expiredAtCost: z.string().optional().describe('Only for those who keep the medicines'),
})
export type StockValue = z.infer<typeof stockValue>

const movement = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.enum(MOVEMENT_KINDS),
  quantity: z.number().int().describe('What came; negative: what went'),
  batchNo: z.string(),
  balance: z.number().int().describe('Of the medicine, afterwards'),
  reason: z.string().nullable(),
  by: z.string().nullable(),
  lineId: z.string().nullable().describe('The line of a prescription it was for'),
})
const cursor = id.optional().describe('`meta.next` of the page before')
const pages = z.object({ limit: z.number().int(), next: z.string().nullable() })

export const movementsQuery = z.strictObject({ cursor, limit: paging.limit })
export type MovementsQuery = z.output<typeof movementsQuery>
export const movementList = z.object({ data: z.array(movement), meta: pages })
export type MovementList = z.infer<typeof movementList>

export const registerQuery = z.strictObject({
  from: day.optional(),
  to: day.optional(),
  medicationId: id.optional(),
  cursor,
  limit: paging.limit,
})
export type RegisterQuery = z.output<typeof registerQuery>
/** The register of psychotropic medicines: every unit, with the patient who got it. */
export const register = z.object({
  data: z.array(
    movement.extend({
      medicationId: z.string(),
      name: z.string(),
      unit: z.string(),
      patient: z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() }).nullable(),
    }),
  ),
  meta: pages,
})
export type Register = z.infer<typeof register>
