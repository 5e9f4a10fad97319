import { z } from 'zod'
import { FHIR_KINDS, type TableExportKind } from '../rights/results.ts'

const MAX_TEXT_CHARS = 200
const rowId = z.string().regex(/^[1-9]\d{0,18}$/)
const storable = (value: string) => value.isWellFormed()
const NOT_STORABLE = 'Has characters that cannot be stored'
const text = z.string().min(1).max(MAX_TEXT_CHARS).refine(storable, NOT_STORABLE)
const day = z.iso.date()

const inOrder = <S extends z.ZodType<{ from?: string | undefined; to?: string | undefined }>>(shape: S) =>
  shape.refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    message: 'Must not be before from',
  })

const days = { from: day.optional(), to: day.optional() }
const source = text.optional().describe('Only what imports of this source brought')
const doctorId = rowId.optional()
const catalogue = z.strictObject({ active: z.boolean().optional() })

/** What narrows an export, by kind; days are clinic days, both included. `patients`: the day of registration. */
export const EXPORT_FILTERS = {
  patients: inOrder(z.strictObject({ ...days, state: text.optional(), company: text.optional(), source })),
  visits: inOrder(z.strictObject({ ...days, doctorId, source })),
  diagnoses: inOrder(z.strictObject({ ...days, doctorId })),
  conditions: inOrder(z.strictObject({ ...days, source })),
  prescriptions: inOrder(z.strictObject({ ...days, source })),
  certificates: inOrder(z.strictObject({ ...days, doctorId })),
  bills: inOrder(z.strictObject({ ...days, doctorId })),
  payments: inOrder(z.strictObject({ ...days, doctorId, source })),
  medications: catalogue,
  appointments: inOrder(z.strictObject({ ...days, doctorId, source })),
  doctors: catalogue,
  icd10: catalogue,
} as const satisfies Record<TableExportKind, z.ZodType>

/** Formats of a table; `fhir` (R4, one resource a line) for {@link FHIR_KINDS} only. */
export const EXPORT_FORMATS = ['csv', 'xlsx', 'ndjson', 'fhir'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const one = <K extends TableExportKind>(kind: K) =>
  z.strictObject({
    kind: z.literal(kind),
    filter: EXPORT_FILTERS[kind].optional(),
    format: z.enum(EXPORT_FORMATS).default('csv'),
  })

/** One patient's whole file; `reason` says in the audit why it was made. */
const patientFile = z.strictObject({
  kind: z.literal('patient-file'),
  filter: z.strictObject({ patientId: rowId }),
  format: z.literal('zip').default('zip'),
  reason: z.string().trim().min(1).max(MAX_TEXT_CHARS).refine(storable, NOT_STORABLE),
})
export type PatientFileRequest = z.output<typeof patientFile>

/** Body of `POST /api/exports`. */
export const exportRequest = z
  .discriminatedUnion('kind', [
    one('patients'),
    one('visits'),
    one('diagnoses'),
    one('conditions'),
    one('prescriptions'),
    one('certificates'),
    one('bills'),
    one('payments'),
    one('medications'),
    one('appointments'),
    one('doctors'),
    one('icd10'),
    patientFile,
  ])
  .refine(({ kind, format }) => format !== 'fhir' || FHIR_KINDS.includes(kind), {
    path: ['format'],
    message: 'Only patients, visits and conditions can be exported as FHIR',
  })
export type ExportRequest = z.output<typeof exportRequest>
/** A request for a table of records. */
export type TableRequest = Exclude<ExportRequest, PatientFileRequest>

/** A filter as the queries take it: whichever fields its kind has. */
export interface ExportFilter {
  from?: string | undefined
  to?: string | undefined
  doctorId?: string | undefined
  state?: string | undefined
  company?: string | undefined
  source?: string | undefined
  active?: boolean | undefined
}
