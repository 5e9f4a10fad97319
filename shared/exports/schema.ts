import { z } from 'zod'
import type { ExportKind } from '../rights/results.ts'

const MAX_TEXT_CHARS = 200
const rowId = z.string().regex(/^[1-9]\d{0,18}$/)
const text = z.string().min(1).max(MAX_TEXT_CHARS)
const day = z.iso.date()

const inOrder = <S extends z.ZodType<{ from?: string | undefined; to?: string | undefined }>>(shape: S) =>
  shape.refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    message: 'Must not be before from',
  })

const period = inOrder(z.strictObject({ from: day.optional(), to: day.optional() }))
const periodOfDoctor = inOrder(
  z.strictObject({ from: day.optional(), to: day.optional(), doctorId: rowId.optional() }),
)

/** What narrows an export, by kind; days are clinic days, both included. `patients`: the day of registration. */
export const EXPORT_FILTERS = {
  patients: inOrder(
    z.strictObject({
      from: day.optional(),
      to: day.optional(),
      state: text.optional(),
      company: text.optional(),
    }),
  ),
  visits: periodOfDoctor,
  diagnoses: periodOfDoctor,
  prescriptions: period,
  payments: periodOfDoctor,
  medications: z.strictObject({ active: z.boolean().optional() }),
  appointments: periodOfDoctor,
} as const satisfies Record<ExportKind, z.ZodType>

/** Formats of an export; `fhir` (R4, one resource a line) for patients only. */
export const EXPORT_FORMATS = ['csv', 'xlsx', 'ndjson', 'fhir'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const one = <K extends ExportKind>(kind: K) =>
  z.strictObject({
    kind: z.literal(kind),
    filter: EXPORT_FILTERS[kind].optional(),
    format: z.enum(EXPORT_FORMATS).default('csv'),
  })

/** Body of `POST /api/exports`. */
export const exportRequest = z
  .discriminatedUnion('kind', [
    one('patients'),
    one('visits'),
    one('diagnoses'),
    one('prescriptions'),
    one('payments'),
    one('medications'),
    one('appointments'),
  ])
  .refine(({ kind, format }) => format !== 'fhir' || kind === 'patients', {
    path: ['format'],
    message: 'Only patients can be exported as FHIR',
  })
export type ExportRequest = z.output<typeof exportRequest>

/** A filter as the queries take it: whichever fields its kind has. */
export interface ExportFilter {
  from?: string | undefined
  to?: string | undefined
  doctorId?: string | undefined
  state?: string | undefined
  company?: string | undefined
  active?: boolean | undefined
}
