import { z } from 'zod'

const MAX_QUERY_CHARS = 80
const MAX_LIMIT = 100
const DEFAULT_LIMIT = 20

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

/** Which medicines a list asks for: words of the name, brand, code or category. */
export const medicationsQuery = z.strictObject({
  query: z.string().trim().max(MAX_QUERY_CHARS).default(''),
  category: z.string().trim().max(MAX_QUERY_CHARS).optional(),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,600}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
})
export type MedicationsQuery = z.infer<typeof medicationsQuery>
