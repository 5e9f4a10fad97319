import { z } from 'zod'
import { patientInput } from '../patients/schema.ts'
import { newTicket, ticketInput } from '../queue/schema.ts'

/** What somebody is in a family. */
export const RELATIONS = ['head', 'spouse', 'child', 'parent', 'sibling', 'grandparent', 'other'] as const
export type Relation = (typeof RELATIONS)[number]

const MAX_NAME = 120
const MAX_MEMBERS = 12

const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const instant = z.string().describe('ISO 8601, UTC')
const version = z.number().int().min(1)
const name = z
  .string()
  .trim()
  .min(1)
  .max(MAX_NAME)
  .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const relation = z.enum(RELATIONS)

/** People who belong together; those who were merged into others are shown as these. */
export const family = z
  .object({
    id: z.string(),
    name: z.string(),
    members: z.array(
      z.object({
        patientId: z.string(),
        name: z.string(),
        clinicNumber: z.string(),
        relation: z.enum(RELATIONS),
      }),
    ),
    version,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Family' })
export type Family = z.infer<typeof family>

export const familyList = z.object({ data: z.array(family) })
/** The families of a patient. */
export const familyQuery = z.strictObject({ patientId: id })

/** Exactly one of a new patient and one who is in the file. */
const oneOf = (value: { patient?: unknown; patientId?: unknown }) =>
  (value.patient === undefined) !== (value.patientId === undefined)
const ONE_OF = 'Needs either patient or patientId'

const memberFields = { patient: patientInput.optional(), patientId: id.optional(), relation }
const member = z.strictObject(memberFields).refine(oneOf, ONE_OF)
export type FamilyMemberInput = z.infer<typeof member>

/** Whether those who came share a ticket or have one each. */
const tickets = z.enum(['one', 'each'])

/** A family with its members, new and known; with `queue` they also get their ticket or tickets, all or nothing. */
export const familyInput = z.strictObject({
  name,
  members: z.array(member).min(1).max(MAX_MEMBERS),
  queue: z.strictObject({ tickets, ticket: ticketInput.default({}) }).optional(),
})
export type FamilyInput = z.infer<typeof familyInput>

/** A family and the tickets its members were given, with the tokens of their slips. */
export const familyMade = z.object({ family, tickets: z.array(newTicket) })
export type FamilyMade = z.infer<typeof familyMade>

export const familyChanges = z.strictObject({ name, version: version.optional() })
export const memberInput = z
  .strictObject({ ...memberFields, version: version.optional() })
  .refine(oneOf, ONE_OF)
export const memberChanges = z.strictObject({ relation, version: version.optional() })
