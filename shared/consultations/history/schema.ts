import { z } from 'zod'
import { CONSULTATION_STATUSES } from '../rules.ts'
import { day, diagnosis, doctor, MAX_CURSOR, MAX_LIMIT, prescribed } from '../schema.ts'

export const historyQuery = z.strictObject({
  cursor: z.string().max(MAX_CURSOR).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(20),
})
export type HistoryQuery = z.output<typeof historyQuery>

/** Visits of a patient, the newest first. A part that the reader has no right to is left out. */
export const patientHistory = z.object({
  data: z.array(
    z.object({
      visitId: z.string(),
      day,
      doctor: doctor.nullable(),
      ticket: z.object({ id: z.string(), number: z.string(), status: z.string() }).nullable(),
      consultation: z
        .object({
          id: z.string(),
          status: z.enum(CONSULTATION_STATUSES),
          assessment: z.string().optional(),
          plan: z.string().optional(),
        })
        .nullable(),
      imported: z
        .object({
          status: z.string(),
          queueNumber: z.string().nullable(),
          symptoms: z.string().nullable().optional(),
          notes: z.string().nullable().optional(),
          total: z.string().optional().describe('RM'),
          mcDays: z.number().int().optional(),
          mcStart: day.nullable().optional(),
        })
        .optional()
        .describe('What another system said of the visit; only of imported ones'),
      diagnoses: z.array(diagnosis).optional(),
      prescriptions: z.array(prescribed).optional(),
      certificates: z
        .array(
          z.object({
            id: z.string(),
            number: z.string(),
            fromOn: day,
            toOn: day,
            status: z.string(),
          }),
        )
        .optional(),
      payments: z
        .array(
          z.object({
            id: z.string(),
            number: z.string(),
            kind: z.string(),
            status: z.string(),
            amount: z.string().describe('RM; negative in a reversal'),
            paidOn: day,
          }),
        )
        .optional(),
    }),
  ),
  conditions: z
    .array(
      z.object({
        recordedOn: day,
        code: z.string().nullable(),
        title: z.string().nullable(),
        text: z.string().nullable(),
        status: z.string().nullable(),
      }),
    )
    .optional()
    .describe(
      'Conditions that another system kept apart from visits; with the first page, where there are any',
    ),
  meta: z.object({ limit: z.number().int(), next: z.string().nullable() }),
})
export type PatientHistory = z.infer<typeof patientHistory>
