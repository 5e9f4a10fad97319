import { clinicToday } from '../../lib/format.ts'
import type { CatalogEntry } from './types.ts'

/** Parameters in the order in which they are asked for. */
const FIELDS = [
  'from',
  'to',
  'month',
  'panelId',
  'patientId',
  'doctorId',
  'cashierId',
  'by',
  'expiringWithinDays',
] as const
export type Field = (typeof FIELDS)[number]

/** What stands in the form, as text; '' is nothing chosen. */
export type Values = Partial<Record<Field, string>>

const MONTH_CHARS = 7
const SINGLE_DAYS = new Set(['day', 'shift'])

interface Schema {
  properties?: Record<string, { enum?: string[]; default?: unknown }>
  required?: string[]
}
const schemaOf = ({ params }: Pick<CatalogEntry, 'params'>): Schema => params as Schema

/** The fields of a report; whom it is about is not asked of those who may have their own figures only. */
export function fieldsOf(report: CatalogEntry): Field[] {
  const known = schemaOf(report).properties ?? {}
  return FIELDS.filter(
    (field) =>
      Object.hasOwn(known, field) &&
      !(field === 'doctorId' && report.scope === 'own') &&
      !(field === 'cashierId' && report.scope === 'shift'),
  )
}

/** What `by` may be. */
export const choicesOf = (report: CatalogEntry): string[] => schemaOf(report).properties?.by?.enum ?? []

/** What stands in the form before anything is typed: this month so far, or today for lists of single days. */
export function firstValues(report: CatalogEntry | null, today = clinicToday()): Required<Values> {
  const single = report !== null && SINGLE_DAYS.has(report.scope)
  return {
    from: single ? today : `${today.slice(0, MONTH_CHARS)}-01`,
    to: today,
    month: today.slice(0, MONTH_CHARS),
    panelId: '',
    patientId: '',
    doctorId: '',
    cashierId: '',
    by: '',
    expiringWithinDays: '',
  }
}

/** Values as the API takes them: nothing that was left empty. */
export function paramsOf(report: CatalogEntry, values: Values): Record<string, unknown> {
  const given = fieldsOf(report).flatMap((field): [string, unknown][] => {
    const value = values[field] ?? ''
    if (value === '') return []
    return [[field, field === 'expiringWithinDays' ? Number(value) : value]]
  })
  return Object.fromEntries(given)
}

/** Whether everything that the report needs is there. */
export function isComplete(report: CatalogEntry, values: Values): boolean {
  const needed = schemaOf(report).required ?? []
  return fieldsOf(report).every(
    (field) => field === 'by' || !needed.includes(field) || (values[field] ?? '') !== '',
  )
}
