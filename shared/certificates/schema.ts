import { z } from 'zod'
import { CERTIFICATE_STATUSES } from './rules.ts'

const MAX_REASON = 200
const MAX_LIMIT = 100
const MAX_CURSOR = 20

const id = z.string().regex(/^[1-9][0-9]{0,18}$/, 'Must be an id')
const day = z.iso.date()
const version = z.number().int().min(1)
const reason = z
  .string()
  .trim()
  .min(1)
  .max(MAX_REASON)
  .refine((text) => text.isWellFormed(), 'Has characters that cannot be stored')
const instant = z.string().describe('ISO 8601, UTC')

/** A certificate as staff see it; no diagnosis is in it anywhere. */
export const certificate = z
  .object({
    id: z.string(),
    number: z.string(),
    consultationId: z.string(),
    visitId: z.string(),
    patient: z.object({ id: z.string(), name: z.string(), clinicNumber: z.string() }),
    doctor: z.object({ id: z.string(), name: z.string(), mmcNumber: z.string() }),
    from: day,
    to: day.describe('Last day, included'),
    days: z.number().int(),
    issuedOn: day,
    status: z.enum(CERTIFICATE_STATUSES),
    void: z.object({ at: instant, reason: z.string() }).nullable(),
    replacedBy: z.string().nullable().describe('The certificate that was issued instead'),
    code: z.string().describe('What its QR code carries: anybody can verify it'),
    version: z.number().int(),
  })
  .meta({ id: 'Certificate' })
export type Certificate = z.infer<typeof certificate>

/** The days that somebody is unfit, first and last included. */
export const certificateInput = z.strictObject({ from: day, to: day })
export type CertificateInput = z.infer<typeof certificateInput>

/** Why a certificate is void, and the version seen. */
export const voidInput = z.strictObject({ reason, version })
export type VoidInput = z.infer<typeof voidInput>

/** What stands in its place, and why. */
export const replaceInput = z.strictObject({ from: day, to: day, reason, version })
export type ReplaceInput = z.infer<typeof replaceInput>

export const certificateQuery = z.strictObject({
  patient: id.optional(),
  consultation: id.optional(),
  doctor: id.optional(),
  from: day.optional().describe('Issued on this day or later'),
  to: day.optional().describe('Issued on this day or earlier'),
  status: z.enum(CERTIFICATE_STATUSES).optional(),
  cursor: z.string().max(MAX_CURSOR).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
})
export type CertificateQuery = z.output<typeof certificateQuery>

export const certificateList = z.object({
  data: z.array(certificate),
  meta: z.object({ limit: z.number().int(), next: z.string().nullable() }),
})
export type CertificateList = z.infer<typeof certificateList>

/** How a certificate is printed. */
export const printQuery = z.strictObject({
  language: z.enum(['en', 'ms']).default('ms'),
  paper: z.enum(['A5', 'A4']).default('A5'),
})
export type PrintQuery = z.output<typeof printQuery>

/** What anybody who holds a certificate learns of it. */
export const verification = z.object({
  result: z
    .enum(['genuine', 'void', 'not-ours'])
    .describe('`not-ours`: not issued here, or changed since; then there is nothing else'),
  certificate: z
    .object({
      number: z.string(),
      from: day,
      to: day,
      days: z.number().int(),
      issuedOn: day,
      doctor: z.object({ name: z.string(), mmcNumber: z.string() }),
      patient: z.string().describe('Masked'),
      clinic: z.string(),
    })
    .nullable(),
})
export type Verification = z.infer<typeof verification>

/** The keys by which codes can be verified without asking us. */
export const keyList = z.object({
  data: z.array(
    z.object({
      id: z.string().describe('Stands in the code and on the paper'),
      algorithm: z.literal('Ed25519'),
      publicKey: z.string().describe('PEM'),
      current: z.boolean(),
    }),
  ),
})
export type KeyList = z.infer<typeof keyList>
