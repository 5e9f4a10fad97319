import { z } from 'zod'
import { LINE_STATUSES } from '../prescriptions/rules.ts'
import { prescriptionLine } from '../prescriptions/schema.ts'

const MAX_LIMIT = 100
const DEFAULT_LIMIT = 50
const MAX_REASON = 300

/** A line as the dispensary sees it: whose it is, and where he stands. */
export const dispensingItem = prescriptionLine
  .extend({
    patient: z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() }),
    ticket: z.object({ id: z.string(), number: z.string(), status: z.string() }).nullable(),
    psychotropic: z.boolean(),
  })
  .meta({ id: 'DispensingItem' })
export type DispensingItem = z.infer<typeof dispensingItem>

const statusList = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.enum(LINE_STATUSES)).min(1).max(LINE_STATUSES.length))

export const workQuery = z.strictObject({
  status: statusList.optional().describe('One or several, with commas; by default ordered and prepared'),
  visit: z
    .string()
    .regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
    .optional(),
  cursor: z
    .string()
    .regex(/^[1-9][0-9]{0,18}$/, 'Not a cursor of this list')
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
})
export type WorkQuery = z.output<typeof workQuery>

export const workList = z.object({
  data: z.array(dispensingItem),
  meta: z.object({ limit: z.number().int(), next: z.string().nullable() }),
})
export type WorkList = z.infer<typeof workList>

const version = z.number().int().min(1)
/** What prepares or hands over: the version seen says that nobody was quicker. */
export const stepInput = z.strictObject({ version })
export type StepInput = z.output<typeof stepInput>

/** What brings back: why, and whether the medicine goes back on the shelf. */
export const returnInput = z.strictObject({
  version,
  reason: z
    .string()
    .trim()
    .min(1)
    .max(MAX_REASON)
    .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored'),
  restock: z.boolean().default(true).describe('false: it is destroyed, and stock stays as it is'),
})
export type ReturnInput = z.output<typeof returnInput>
