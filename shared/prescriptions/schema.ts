import { z } from 'zod'
import { DOSE_UNITS, ROUTES } from './forms.ts'
import { FREQUENCY_CODES, TIMING_CODES } from './frequencies.ts'
import { LINE_STATUSES } from './rules.ts'

const MAX_LINES = 30
const MAX_DOSE = 1000
const MAX_PER_DAY = 24
const MAX_DAYS = 365
const MAX_QUANTITY = 10_000
const MAX_NOTE = 200
const MAX_REASON = 300
const MILLI = 1000

const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const dose = z
  .number()
  .positive()
  .max(MAX_DOSE)
  .refine((value) => Number.isInteger(Math.round(value * MILLI * MILLI) / MILLI), 'Has too many decimals')

/** How one medicine is ordered. What is left out is what the dose form usually has. */
const dosing = {
  medicationId: id,
  dose,
  doseUnit: z.enum(DOSE_UNITS).optional(),
  route: z.enum(ROUTES).optional(),
  frequency: z.enum(FREQUENCY_CODES),
  timing: z.enum(TIMING_CODES).nullable().optional(),
  asNeeded: z.boolean().optional(),
  maxPerDay: z
    .number()
    .int()
    .min(1)
    .max(MAX_PER_DAY)
    .nullable()
    .optional()
    .describe('Doses; needed with PRN'),
  durationDays: z.number().int().min(1).max(MAX_DAYS).nullable().optional().describe('Not with STAT'),
  quantity: z
    .number()
    .int()
    .min(1)
    .max(MAX_QUANTITY)
    .optional()
    .describe('Units of sale; worked out where it is left out'),
  note: text(MAX_NOTE).nullable().optional(),
}
export const dosingInput = z.strictObject(dosing)
export type DosingInput = z.output<typeof dosingInput>

const lineInput = z.strictObject({
  id: id.optional().describe('Of a line that is there already'),
  ...dosing,
  overrideReason: text(MAX_REASON).nullable().optional().describe('Why it is ordered in spite of a warning'),
})
export type LineInput = z.output<typeof lineInput>

/** The whole prescription: lines that are left out are cancelled. */
export const prescriptionInput = z.strictObject({
  lines: z
    .array(lineInput)
    .max(MAX_LINES)
    .refine((lines) => {
      const ids = lines.flatMap((line) => line.id ?? [])
      return new Set(ids).size === ids.length
    }, 'A line stands twice'),
  version: z.number().int().min(0).optional().describe('As seen, 0 before the first; here or in If-Match'),
})
export type PrescriptionInput = z.output<typeof prescriptionInput>

const warning = z.object({
  kind: z.enum(['allergy', 'cross-allergy', 'duplicate-drug', 'duplicate-group']),
  about: z.string(),
})
const instructions = z.object({ ms: z.string(), en: z.string() })
const instant = z.string().nullable()

/** A line as every call shows it; prices in RM, of the day it was ordered. */
export const prescriptionLine = z
  .object({
    id: z.string(),
    visitId: z.string(),
    consultationId: z.string().nullable(),
    medicationId: z.string(),
    description: z.string(),
    unit: z.string().describe('What the quantity counts'),
    dose: z.number(),
    doseUnit: z.enum(DOSE_UNITS),
    route: z.enum(ROUTES),
    frequency: z.enum(FREQUENCY_CODES),
    timing: z.enum(TIMING_CODES).nullable(),
    asNeeded: z.boolean(),
    maxPerDay: z.number().nullable(),
    durationDays: z.number().int().nullable(),
    quantity: z.number().int(),
    instructions,
    note: z.string().nullable(),
    unitPrice: z.string(),
    amount: z.string(),
    status: z.enum(LINE_STATUSES),
    warnings: z.array(warning),
    overrideReason: z.string().nullable(),
    returnReason: z.string().nullable(),
    times: z.object({
      orderedAt: instant,
      preparedAt: instant,
      handedOverAt: instant,
      returnedAt: instant,
      cancelledAt: instant,
    }),
    version: z.number().int(),
  })
  .meta({ id: 'PrescriptionLine' })
export type PrescriptionLine = z.infer<typeof prescriptionLine>

export const prescription = z
  .object({
    consultationId: z.string(),
    visitId: z.string(),
    patientId: z.string(),
    lines: z.array(prescriptionLine),
    total: z.string().describe('RM, of what is neither cancelled nor returned'),
    version: z.number().int(),
  })
  .meta({ id: 'Prescription' })
export type Prescription = z.infer<typeof prescription>

/** The patient's last prescription before this one, ready to be sent as lines of a new one. */
export const lastPrescription = z.object({
  visitId: z.string().nullable(),
  orderedAt: instant,
  lines: z.array(lineInput),
  unavailable: z.array(z.object({ medicationId: z.string(), description: z.string() })),
})
export type LastPrescription = z.infer<typeof lastPrescription>

/** What a dosing comes to, before it is ordered. */
export const dosingResult = z.object({
  quantity: z.number().int(),
  unit: z.string(),
  instructions,
  unitPrice: z.string(),
  amount: z.string(),
})
export type DosingResult = z.infer<typeof dosingResult>
