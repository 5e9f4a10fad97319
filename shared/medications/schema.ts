import { z } from 'zod'
import { PRICE, rmOf, senOf } from './rules.ts'

const MAX_QUERY_CHARS = 80
const MAX_LIMIT = 100
const DEFAULT_LIMIT = 20
const MAX_CURSOR_CHARS = 600

/** A medicine as staff see it; prices in RM as decimal strings. */
export const medication = z
  .object({
    id: z.string(),
    sku: z.string(),
    genericName: z.string(),
    brandName: z.string().nullable(),
    form: z.string().nullable(),
    strength: z.string().nullable(),
    unit: z.string(),
    category: z.string().nullable(),
    atcCode: z.string().nullable(),
    poisonGroup: z.string().nullable(),
    psychotropic: z.boolean(),
    sellingPrice: z.string(),
    costPrice: z.string().nullable().optional().describe('Only for those who keep the medicines'),
    reorderLevel: z.number().int().describe('Units on hand at which more is ordered; 0: never'),
    active: z.boolean(),
    version: z.number().int(),
  })
  .meta({ id: 'Medication' })
export type Medication = z.infer<typeof medication>

/** Which medicines a list asks for: all words of `query` in name, brand, code or category. */
export const medicationsQuery = z.strictObject({
  query: z.string().trim().max(MAX_QUERY_CHARS).default(''),
  category: z.string().trim().min(1).max(MAX_QUERY_CHARS).optional(),
  active: z.enum(['true', 'false', 'all']).default('true').describe('In use, no longer in use, or both'),
  page: z.coerce.number().int().min(1).default(1),
  cursor: z
    .string()
    .max(MAX_CURSOR_CHARS)
    .optional()
    .describe('`meta.next` of the page before; `page` is then ignored'),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
})
export type MedicationsQuery = z.output<typeof medicationsQuery>

export const medicationPage = z.object({
  data: z.array(medication),
  meta: z.object({
    page: z.number().int(),
    limit: z.number().int(),
    total: z.number().int(),
    totalPages: z.number().int(),
    next: z.string().nullable(),
  }),
})
export type MedicationPage = z.infer<typeof medicationPage>

const MAX_CODE = 40
const MAX_NAME = 200
const MAX_STRENGTH = 80
const MAX_UNIT = 40
const MAX_REORDER = 1_000_000
/** Groups of Malaysia's poisons list. */
const POISON_GROUPS = ['A', 'B', 'C', 'D', 'E', 'F'] as const

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const price = z
  .string()
  .regex(PRICE, 'Must be an amount in RM like 4.50')
  .transform((value) => rmOf(senOf(value)))

const fields = {
  brandName: text(MAX_NAME).nullable().optional(),
  form: text(MAX_CODE).nullable().optional(),
  strength: text(MAX_STRENGTH).nullable().optional(),
  category: text(MAX_STRENGTH).nullable().optional(),
  atcCode: z
    .string()
    .regex(/^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$/, 'Must be an ATC code or the beginning of one')
    .nullable()
    .optional(),
  poisonGroup: z.enum(POISON_GROUPS).nullable().optional(),
  psychotropic: z.boolean().optional(),
  costPrice: price.nullable().optional(),
  reorderLevel: z.number().int().min(0).max(MAX_REORDER).optional(),
  active: z.boolean().optional(),
}
const sku = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$/, 'Must be 1 to 40 letters, digits or . _ / -')

/** What makes a medicine. Prices in RM as decimal strings, for one unit of sale. */
export const medicationInput = z.strictObject({
  sku,
  genericName: text(MAX_NAME),
  unit: text(MAX_UNIT),
  sellingPrice: price,
  ...fields,
})
export type MedicationInput = z.output<typeof medicationInput>

/** What changes a medicine: the fields that change (null empties one) and the version seen, here or in `If-Match`. */
export const medicationChanges = z.strictObject({
  sku: sku.optional(),
  genericName: text(MAX_NAME).optional(),
  unit: text(MAX_UNIT).optional(),
  sellingPrice: price.optional(),
  ...fields,
  version: z.number().int().min(1).optional(),
})
export type MedicationChanges = z.output<typeof medicationChanges>
