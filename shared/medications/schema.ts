import { z } from 'zod'

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
    sellingPrice: z.string(),
    costPrice: z.string().nullable().optional().describe('Only for those who keep the medicines'),
    active: z.boolean(),
    version: z.number().int(),
  })
  .meta({ id: 'Medication' })
export type Medication = z.infer<typeof medication>

/** Which medicines a list asks for: all words of `query` in name, brand, code or category. */
export const medicationsQuery = z.strictObject({
  query: z.string().trim().max(MAX_QUERY_CHARS).default(''),
  category: z.string().trim().min(1).max(MAX_QUERY_CHARS).optional(),
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
