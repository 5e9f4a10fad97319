import { z } from 'zod'
import { REPORT_RIGHTS, type ReportName } from '../rights/results.ts'

const rowId = z.string().regex(/^[1-9]\d{0,18}$/)
const day = z.iso.date().describe('clinic day, included')
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/
const MOST_DAYS_AHEAD = 3650

const inOrder = <S extends z.ZodType<{ from: string; to: string }>>(shape: S) =>
  shape.refine(({ from, to }) => from <= to, { path: ['to'], message: 'Must not be before from' })

const period = { from: day, to: day }
const ofDoctor = { ...period, doctorId: rowId.optional() }

/** Parameters of each report. */
export const REPORT_PARAMS = {
  'daily-collection': inOrder(z.strictObject({ ...ofDoctor, cashierId: rowId.optional() })),
  revenue: inOrder(
    z.strictObject({ ...ofDoctor, by: z.enum(['day', 'month', 'doctor', 'method', 'panel']).default('day') }),
  ),
  visits: inOrder(z.strictObject(ofDoctor)),
  waiting: inOrder(z.strictObject(ofDoctor)),
  'medication-use': inOrder(z.strictObject(ofDoctor)),
  stock: z.strictObject({
    expiringWithinDays: z.number().int().min(0).max(MOST_DAYS_AHEAD).optional(),
  }),
  diagnoses: inOrder(z.strictObject({ ...ofDoctor, by: z.enum(['code', 'chapter']).default('code') })),
  certificates: inOrder(z.strictObject(ofDoctor)),
  appointments: inOrder(z.strictObject(ofDoctor)),
  'panel-statement': z.strictObject({ panelId: rowId, month: z.string().regex(MONTH) }),
  imports: inOrder(z.strictObject(period)),
  'patient-access': inOrder(z.strictObject({ patientId: rowId, ...period })),
} as const satisfies Record<ReportName, z.ZodType>

/** Formats of a report. */
export const REPORT_FORMATS = ['csv', 'xlsx', 'pdf', 'json'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

const one = <N extends ReportName>(name: N) =>
  z.strictObject({
    report: z.literal(name),
    params: REPORT_PARAMS[name],
    format: z.enum(REPORT_FORMATS).default('pdf'),
    language: z.enum(['en', 'ms']).default('en'),
  })

/** Body of `POST /api/reports`. */
export const reportRequest = z.discriminatedUnion('report', [
  one('daily-collection'),
  one('revenue'),
  one('visits'),
  one('waiting'),
  one('medication-use'),
  one('stock'),
  one('diagnoses'),
  one('certificates'),
  one('appointments'),
  one('panel-statement'),
  one('imports'),
  one('patient-access'),
])
export type ReportRequest = z.output<typeof reportRequest>

/** Parameters of any report, as its statements take them. */
export interface ReportParams {
  from?: string | undefined
  to?: string | undefined
  doctorId?: string | undefined
  cashierId?: string | undefined
  panelId?: string | undefined
  patientId?: string | undefined
  month?: string | undefined
  by?: string | undefined
  expiringWithinDays?: number | undefined
}

const words = z.object({ en: z.string(), ms: z.string() })

export const reportCatalog = z.object({
  data: z.array(
    z.object({
      name: z.enum(Object.keys(REPORT_RIGHTS) as [ReportName]),
      title: words,
      /** JSON Schema of `params`. */
      params: z.record(z.string(), z.unknown()),
      formats: z.array(z.enum(REPORT_FORMATS)),
      scope: z.enum(['all', 'own', 'day', 'stock', 'shift']),
      columns: z.array(z.object({ key: z.string(), title: words, type: z.string() })),
    }),
  ),
})
