import { z } from 'zod'
import { CONSULTATION_STATUSES } from './rules.ts'

const MAX_NOTE = 10_000
const MAX_TEXT = 255
const MAX_FOLLOW_UP_NOTE = 200
const MAX_PROCEDURE = 120
const MAX_QUANTITY = 99
const MAX_LINES = 20
const MAX_REASON = 500
const MAX_ROOM = 20
export const MAX_LIMIT = 100
export const MAX_CURSOR = 40

export const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const isStorable = (value: string) => value.isWellFormed()
const STORABLE = 'Has characters that cannot be stored'
export const line = (max: number) => z.string().trim().min(1).max(max).refine(isStorable, STORABLE)
/** Free text, kept to the character. */
export const note = z.string().max(MAX_NOTE).refine(isStorable, STORABLE)
export const day = z.iso.date()
export const version = z.number().int().min(1)
const instant = z.string().describe('ISO 8601, UTC')
const amount = z.string().regex(/^(0|[1-9][0-9]{0,5})\.[0-9]{2}$/, 'Must be an amount in RM such as 45.00')
const code = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$/, 'Must be an ICD-10 code such as J06.9')

const measured = (min: number, max: number, unit: string) =>
  z.number().min(min).max(max).nullable().optional().describe(unit)
const counted = (min: number, max: number, unit: string) =>
  z.number().int().min(min).max(max).nullable().optional().describe(unit)

/** What was measured; nothing outside what a living body or the scale can show. */
export const vitals = z
  .strictObject({
    temperature: measured(30, 45, '°C'),
    pulse: counted(20, 300, 'beats a minute'),
    systolic: counted(40, 300, 'mmHg'),
    diastolic: counted(20, 200, 'mmHg'),
    respiratoryRate: counted(4, 80, 'breaths a minute'),
    oxygenSaturation: counted(30, 100, '%'),
    weight: measured(0.3, 400, 'kg'),
    height: measured(20, 260, 'cm'),
    glucose: measured(0.5, 60, 'mmol/L'),
    pain: counted(0, 10, '0 none, 10 the worst'),
  })
  .refine(
    ({ systolic, diastolic }) => systolic == null || diastolic == null || systolic > diastolic,
    'Systolic must be above diastolic',
  )
export type Vitals = z.infer<typeof vitals>

const diagnosisInput = z
  .strictObject({
    code: code.nullable().optional(),
    text: line(MAX_TEXT).nullable().optional(),
    primary: z.boolean().optional(),
  })
  .refine(({ code, text }) => code != null || text != null, 'Needs a code or words')
export type DiagnosisInput = z.infer<typeof diagnosisInput>

const isOnce = (values: (string | null | undefined)[]) => {
  const given = values.filter((value) => value != null)
  return new Set(given).size === given.length
}
const diagnosesInput = z
  .array(diagnosisInput)
  .max(MAX_LINES)
  .refine((list) => list.filter(({ primary }) => primary).length <= 1, 'Only one can be the primary one')
  .refine((list) => isOnce(list.map(({ code }) => code)), 'A code stands only once')
  .describe('The first one is primary where none is said to be')

const procedure = z.strictObject({
  description: line(MAX_PROCEDURE),
  price: amount.describe('RM for one'),
  quantity: z.number().int().min(1).max(MAX_QUANTITY).default(1),
})

/** What a doctor writes; a field that is left out stays as it is. */
const content = {
  vitals: vitals.optional(),
  subjective: note.optional(),
  objective: note.optional(),
  assessment: note.optional(),
  plan: note.optional(),
  diagnoses: diagnosesInput.optional(),
  followUp: z
    .strictObject({ on: day, note: line(MAX_FOLLOW_UP_NOTE).nullable().optional() })
    .nullable()
    .optional(),
  fee: amount.nullable().optional().describe('RM'),
  procedures: z.array(procedure).max(MAX_LINES).optional(),
}
export const contentInput = z.strictObject(content)
export type ContentInput = z.output<typeof contentInput>

/** Whose visit to open: by its ticket, or by itself where several share one ticket. */
export const startInput = z
  .strictObject({ ticketId: id.optional(), visitId: id.optional(), room: line(MAX_ROOM).optional() })
  .refine(
    ({ ticketId, visitId }) => (ticketId === undefined) !== (visitId === undefined),
    'Needs either ticketId or visitId',
  )
export type StartInput = z.infer<typeof startInput>

export const draftInput = z.strictObject({ version: version.optional(), ...content })
export type DraftInput = z.output<typeof draftInput>

/** Where the patient goes after a consultation. */
export const NEXT = ['dispensing', 'payment', 'completed'] as const
export const signInput = z.strictObject({
  version,
  next: z
    .enum(NEXT)
    .optional()
    .describe('By default dispensing with a prescription, payment with anything to charge, else completed'),
})
export type SignInput = z.infer<typeof signInput>

export const amendInput = z.strictObject({
  version,
  reason: line(MAX_REASON),
  changes: contentInput,
})
export type AmendInput = z.output<typeof amendInput>

export const doctor = z.object({ id: z.string(), name: z.string() })
const person = z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() })

/** What everybody who may see that there was a consultation sees of it. */
const outline = {
  id: z.string(),
  visitId: z.string(),
  ticketId: z.string().nullable().describe('null where the ticket is not known'),
  day,
  patient: person,
  doctor,
  status: z.enum(CONSULTATION_STATUSES),
  startedAt: instant,
  signedAt: instant.nullable(),
  amendedAt: instant.nullable(),
  version: z.number().int(),
}
export const diagnosis = z.object({
  code: z.string().nullable(),
  title: z.string().nullable().describe('Of the code'),
  text: z.string().nullable(),
  primary: z.boolean(),
})
export type Diagnosis = z.infer<typeof diagnosis>

const written = {
  vitals,
  subjective: z.string(),
  objective: z.string(),
  assessment: z.string(),
  plan: z.string(),
  diagnoses: z.array(diagnosis),
  followUp: z.object({ on: day, note: z.string().nullable() }).nullable(),
  fee: z.string().nullable().describe('RM'),
  procedures: z.array(z.object({ description: z.string(), price: z.string(), quantity: z.number().int() })),
}
export const writtenContent = z.object(written)
export type Content = z.infer<typeof writtenContent>

/** A consultation with all that was written. */
export const consultation = z.object({ ...outline, ...written }).meta({ id: 'Consultation' })
export type Consultation = z.infer<typeof consultation>

export const prescribed = z.object({
  id: z.string(),
  medicationId: z.string(),
  description: z.string(),
  quantity: z.number().int(),
  status: z.string(),
})
/** For the dispensary: who, when, by whom, and what was ordered. */
export const consultationPrescription = z
  .object({ ...outline, prescription: z.array(prescribed) })
  .meta({ id: 'ConsultationPrescription' })
export type ConsultationPrescription = z.infer<typeof consultationPrescription>

export const outlineOnly = z.object(outline)
export type Outline = z.infer<typeof outlineOnly>

export const listQuery = z.strictObject({
  scope: z.enum(['own', 'all']).default('all').describe("`own`: the asking doctor's"),
  day: day.optional().describe('By default all days'),
  status: z.enum(CONSULTATION_STATUSES).optional(),
  doctor: id.optional(),
  page: z.coerce.number().int().min(1).optional(),
  cursor: z.string().max(MAX_CURSOR).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
})
export type ListQuery = z.output<typeof listQuery>

export const listMeta = z.object({
  page: z.number().int().nullable(),
  limit: z.number().int(),
  total: z.number().int(),
  totalPages: z.number().int(),
  totalIsAtLeast: z.boolean().optional(),
  next: z.string().nullable(),
})
export const consultationList = z.object({
  data: z.array(
    z.object({
      ...outline,
      diagnoses: z.array(diagnosis).optional().describe('Only for those who may see notes'),
    }),
  ),
  meta: listMeta,
})
export type ConsultationList = z.infer<typeof consultationList>

/** How a consultation stood each time it was signed, amended or handed over, the oldest first. */
export const versionList = z.object({
  data: z.array(
    z.object({
      version: z.number().int(),
      kind: z.enum(['signed', 'amended', 'handed-over']),
      doctor,
      by: z.string().describe('Name of who did it'),
      reason: z.string().nullable(),
      at: instant,
      content: writtenContent,
    }),
  ),
})
export type VersionList = z.infer<typeof versionList>
