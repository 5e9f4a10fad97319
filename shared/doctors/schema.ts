import { z } from 'zod'
import { areInOrder, isPlaceholder, type WEEKDAYS } from './rules.ts'

const MAX_NAME = 255
const MAX_SPECIALTY = 120
const MAX_ROOM = 20
const MAX_SPANS = 6
const MAX_ID = 19

const stored = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed(), 'Has characters that cannot be stored')

const time = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'Must be a time HH:MM')
const spans = z
  .array(z.strictObject({ from: time, to: time }))
  .max(MAX_SPANS)
  .refine(areInOrder, 'Stretches must be in order and not overlap')
const workingHours = z
  .strictObject({
    mon: spans.optional(),
    tue: spans.optional(),
    wed: spans.optional(),
    thu: spans.optional(),
    fri: spans.optional(),
    sat: spans.optional(),
    sun: spans.optional(),
  } satisfies Record<(typeof WEEKDAYS)[number], unknown>)
  .describe('Stretches of work by weekday, clinic time; a day without any is off')
export type WorkingHours = z.infer<typeof workingHours>

const realNumber = (pattern: RegExp, message: string) =>
  z
    .string()
    .trim()
    .regex(pattern, message)
    .refine((text) => !isPlaceholder(text), 'This is a placeholder, not a number')

const mmcNumber = realNumber(/^[0-9]{4,6}$/, 'An MMC number has 4 to 6 digits')
const apcNumber = realNumber(
  /^[0-9]{1,7}\/[0-9]{4}$/,
  'An APC number is the serial, a slash and the year: 12345/2026',
)

/** A doctor as every call shows it. */
export const doctor = z
  .object({
    id: z.string(),
    userId: z.string().nullable().describe('Who signs in as this doctor'),
    code: z.string(),
    name: z.string(),
    specialty: z.string().nullable(),
    mmcNumber: z.string().nullable(),
    apcNumber: z.string().nullable(),
    room: z.string().nullable(),
    workingHours,
    signatureId: z.string().nullable().describe('The picture that stands on new certificates and letters'),
    active: z.boolean(),
    version: z.number().int(),
  })
  .meta({ id: 'Doctor' })
export type Doctor = z.infer<typeof doctor>

const fields = {
  userId: z
    .string()
    .regex(/^[1-9][0-9]*$/)
    .max(MAX_ID)
    .nullable()
    .optional(),
  specialty: stored(MAX_SPECIALTY).nullable().optional(),
  mmcNumber: mmcNumber.nullable().optional(),
  apcNumber: apcNumber.nullable().optional(),
  room: stored(MAX_ROOM).nullable().optional(),
  workingHours: workingHours.optional(),
  active: z.boolean().optional(),
}
const code = z.string().regex(/^[A-Z0-9]{1,10}$/, 'Must be 1 to 10 capital letters and digits')

/** What makes a doctor: code and name; the numbers may follow, documents are refused until then. */
export const doctorInput = z.strictObject({ code, name: stored(MAX_NAME), ...fields })
export type DoctorInput = z.infer<typeof doctorInput>

/** What changes a doctor: the fields that change (null empties one) and the version seen, here or in `If-Match`. */
export const doctorChanges = z.strictObject({
  code: code.optional(),
  name: stored(MAX_NAME).optional(),
  ...fields,
  version: z.number().int().min(1).optional(),
})
export type DoctorChanges = z.infer<typeof doctorChanges>

const MAX_PICTURE = Math.ceil((64 * 1024) / 3) * 4

/** The picture that a doctor signs papers with; `version` is the doctor's. */
export const signature = z.object({
  image: z.string().nullable().describe('Base64; null while there is none'),
  mediaType: z.enum(['image/png', 'image/jpeg']).nullable(),
  version: z.number().int(),
})
export type Signature = z.infer<typeof signature>

/** Another picture, or null for none, where the doctor's present state was seen. */
export const signatureChange = z.strictObject({
  image: z
    .string()
    .max(MAX_PICTURE)
    .nullable()
    .describe('JPEG, or PNG without transparency, in base64; up to 64 kB'),
  version: z.number().int().min(1),
})
export type SignatureChange = z.infer<typeof signatureChange>

export const doctorList = z.object({
  data: z.array(doctor),
  meta: z.object({
    page: z.number().int(),
    limit: z.number().int(),
    total: z.number().int(),
    totalPages: z.number().int(),
    next: z.null(),
  }),
})
export type DoctorList = z.infer<typeof doctorList>
