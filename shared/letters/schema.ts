import { z } from 'zod'
import { LETTER_KINDS, LETTER_LANGUAGES } from './rules.ts'

const MAX_RECIPIENT = 200
const MAX_DETAILS = 4000
const MAX_LIMIT = 100
const MAX_CURSOR = 20

const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const isStorable = (text: string) => text.isWellFormed()
const STORABLE = 'Has characters that cannot be stored'
const time = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'Must be a time HH:MM')

/** A letter as it was issued. */
export const letter = z
  .object({
    id: z.string(),
    kind: z.enum(LETTER_KINDS),
    language: z.enum(LETTER_LANGUAGES),
    consultationId: z.string(),
    patient: z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() }),
    doctor: z.object({ id: z.string(), name: z.string(), mmcNumber: z.string() }),
    recipient: z.string().nullable(),
    body: z.string(),
    issuedOn: z.iso.date(),
  })
  .meta({ id: 'Letter' })
export type Letter = z.infer<typeof letter>

const details = z.string().trim().max(MAX_DETAILS).refine(isStorable, STORABLE).default('')
const language = z.enum(LETTER_LANGUAGES).default('ms')

/** What the doctor adds to the template: to whom and why, or between which clinic times. */
export const letterInput = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('referral'),
    language,
    recipient: z.string().trim().min(1).max(MAX_RECIPIENT).refine(isStorable, STORABLE),
    details,
  }),
  z
    .strictObject({ kind: z.literal('time_slip'), language, from: time, to: time, details })
    .refine(({ from, to }) => from < to, { message: 'Must be after the beginning', path: ['to'] }),
])
export type LetterInput = z.output<typeof letterInput>

export const letterQuery = z
  .strictObject({
    patient: id.optional(),
    consultation: id.optional(),
    cursor: z.string().max(MAX_CURSOR).optional(),
    limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
  })
  .refine(({ patient, consultation }) => patient !== undefined || consultation !== undefined, {
    message: 'Needs patient or consultation',
    path: ['patient'],
  })
export type LetterQuery = z.output<typeof letterQuery>

export const letterList = z.object({
  data: z.array(letter),
  meta: z.object({ limit: z.number().int(), next: z.string().nullable() }),
})
export type LetterList = z.infer<typeof letterList>

export const letterPrintQuery = z.strictObject({ paper: z.enum(['A4', 'A5']).optional() })
