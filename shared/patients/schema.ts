import { z } from 'zod'
import { ID_TYPES } from './identity.ts'
import { BACKGROUND_MAX_LENGTH } from './rules.ts'

const MAX_TEXT = 4000
const MAX_QUERY = 100
const MAX_WATCH_REASON = 200
const MAX_LIMIT = 100
const DEFAULT_LIMIT = 20

const instant = z.string().describe('ISO 8601, UTC')
const day = z.string().describe('YYYY-MM-DD')

/** A patient as every call shows it; what a role may not see is absent. */
export const patient = z.object({
  id: z.string(),
  clinicNumber: z.string().describe('P- and the id, at least six digits'),
  externalId: z.string().nullable(),
  name: z.string(),
  idType: z.enum(ID_TYPES).nullable(),
  idNumber: z.string().nullable(),
  dateOfBirth: day.nullable(),
  gender: z.enum(['M', 'F']).nullable(),
  phone: z.string().nullable().describe('+ and digits'),
  email: z.string().nullable(),
  address: z.string().nullable(),
  postcode: z.string().nullable(),
  state: z.string().nullable(),
  company: z.string().nullable(),
  allergies: z.string().nullable().optional().describe('not for cashiers'),
  chronicConditions: z.string().nullable().optional().describe('not for cashiers'),
  medicalHistory: z.string().nullable().optional().describe('not for cashiers'),
  remarks: z.string().nullable().optional().describe('not for cashiers'),
  nextOfKin: z.string().nullable().describe('Who, how related, and how to reach them'),
  consentOn: day.nullable().describe('When the patient agreed to how the clinic uses personal data'),
  registeredOn: day.nullable(),
  version: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
})
export type Patient = z.infer<typeof patient>

const text = z
  .string()
  .max(MAX_TEXT)
  .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const given = text.nullable().optional()
const upTo = (max: number) => text.max(max).nullable().optional()

const fields = {
  externalId: given,
  idType: z.enum(ID_TYPES).nullable().optional(),
  idNumber: given,
  dateOfBirth: given,
  gender: z.enum(['M', 'F']).nullable().optional(),
  phone: given,
  email: given,
  address: given,
  postcode: given,
  state: given,
  company: given,
  allergies: given,
  chronicConditions: upTo(BACKGROUND_MAX_LENGTH.chronicConditions),
  medicalHistory: upTo(BACKGROUND_MAX_LENGTH.medicalHistory),
  nextOfKin: upTo(BACKGROUND_MAX_LENGTH.nextOfKin),
  consentOn: given,
  remarks: given,
  registeredOn: given,
}

/** What registers a patient: the name; everything else may follow. */
export const patientInput = z.strictObject({ name: text, ...fields })
export type PatientInput = z.infer<typeof patientInput>

/** What changes a patient: the fields that change (null empties one) and the version seen, here or in `If-Match`. */
export const patientChanges = z.strictObject({
  name: text.optional(),
  ...fields,
  version: z.number().int().min(1).optional(),
})
export type PatientChanges = z.infer<typeof patientChanges>

export const patientListQuery = z.strictObject({
  page: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().max(MAX_QUERY).optional(),
})
export type PatientListQuery = z.infer<typeof patientListQuery>

export const patientList = z.object({
  data: z.array(patient),
  meta: z.object({
    page: z.number().int().nullable(),
    limit: z.number().int(),
    total: z.number().int(),
    totalPages: z.number().int(),
    totalIsAtLeast: z.boolean().optional(),
    next: z.string().nullable(),
  }),
})
export type PatientList = z.infer<typeof patientList>

export const patientSearch = z.strictObject({ query: z.string().max(MAX_QUERY) })
export const patientsFound = z.object({ data: z.array(patient) })
export type PatientsFound = z.infer<typeof patientsFound>

/** What is known of somebody who may be in the file already. */
export const duplicateQuestion = z.strictObject({
  name: z.string().max(MAX_TEXT).optional(),
  dateOfBirth: z.string().max(MAX_QUERY).optional(),
  idNumber: z.string().max(MAX_QUERY).optional(),
  phone: z.string().max(MAX_QUERY).optional(),
})
export type DuplicateQuestion = z.infer<typeof duplicateQuestion>
/** How sure it is that two records are of one person. */
export const CERTAINTIES = ['exact', 'probable', 'possible'] as const
export type Certainty = (typeof CERTAINTIES)[number]

/** What two records have in common; a similar name differs by a letter or has a word more. */
export const DUPLICATE_REASONS = [
  'idNumber',
  'phone',
  'name',
  'similarName',
  'dateOfBirth',
  'swappedDateOfBirth',
] as const
export type DuplicateReason = (typeof DUPLICATE_REASONS)[number]

export const duplicatesFound = z.object({
  data: z.array(
    patient.extend({ certainty: z.enum(CERTAINTIES), reasons: z.array(z.enum(DUPLICATE_REASONS)) }),
  ),
})

/** What happened to a patient's record, newest first: references, no values. */
export const patientHistory = z.object({
  data: z.array(
    z.object({
      at: instant,
      action: z.string(),
      by: z.string().nullable(),
      fields: z.array(z.string()).optional(),
      operationId: z.string().nullable().optional(),
    }),
  ),
})
export type PatientHistory = z.infer<typeof patientHistory>

const choice = z.enum(['this', 'other'])
const textChoice = z.enum(['this', 'other', 'both'])

/**
 * Whose value is kept where the two records differ. Without a choice: this one's, or the other's where this one says
 * nothing; allergies, chronic conditions, medical history and remarks of both. `idNumber` brings its type along, `address` postcode and state.
 */
export const mergeKeep = z.strictObject({
  name: choice.optional(),
  idNumber: choice.optional(),
  dateOfBirth: choice.optional(),
  gender: choice.optional(),
  phone: choice.optional(),
  email: choice.optional(),
  address: choice.optional(),
  company: choice.optional(),
  externalId: choice.optional(),
  allergies: textChoice.optional(),
  chronicConditions: textChoice.optional(),
  medicalHistory: textChoice.optional(),
  nextOfKin: choice.optional(),
  consentOn: choice.optional(),
  remarks: textChoice.optional(),
})
export type MergeKeep = z.infer<typeof mergeKeep>

/** Puts another record into this one; the versions seen of both say that nobody has changed them since. */
export const mergeInput = z.strictObject({
  otherId: z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id'),
  version: z.number().int().min(1),
  otherVersion: z.number().int().min(1),
  keep: mergeKeep.default({}),
})
export type MergeInput = z.infer<typeof mergeInput>

/** Two records that were put together, and apart again. */
export const patientMerge = z.object({
  id: z.string(),
  survivorId: z.string(),
  mergedId: z.string(),
  mergedAt: instant,
  mergedBy: z.string().nullable(),
  undoneAt: instant.nullable(),
  undoneBy: z.string().nullable(),
})
export type PatientMerge = z.infer<typeof patientMerge>

const tableCounts = z.record(z.string(), z.number().int()).describe('Number of rows by kind')

export const mergeDone = z.object({
  merge: patientMerge,
  patient,
  moved: tableCounts,
  fields: z.array(z.string()).describe('What of the surviving record changed'),
})
export type MergeDone = z.infer<typeof mergeDone>

export const mergeUndone = z.object({
  merge: patientMerge,
  patient,
  restored: patient,
  moved: tableCounts,
  missing: z.number().int().describe('Moved rows that are not there any more, or have gone elsewhere'),
  keptFields: z.array(z.string()).describe('Changed since the merge, so left as they are'),
  later: z
    .array(z.object({ table: z.string(), count: z.number().int(), ids: z.array(z.string()) }))
    .describe('Made after the merge: stays with the survivor'),
})
export type MergeUndone = z.infer<typeof mergeUndone>

export const mergeList = z.object({ data: z.array(patientMerge) })
export type MergeList = z.infer<typeof mergeList>

/** Whether looks at a record are reported to whoever answers for the clinic. */
export const watch = z.object({
  reason: z.string().nullable().describe('null: they are not'),
  since: instant.nullable(),
  by: z.string().nullable(),
})
export type Watch = z.infer<typeof watch>

export const watchInput = z.strictObject({ reason: text.trim().min(1).max(MAX_WATCH_REASON).nullable() })

export const watchList = z.object({
  data: z.array(
    watch.extend({ patient: z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() }) }),
  ),
})
export type WatchList = z.infer<typeof watchList>
