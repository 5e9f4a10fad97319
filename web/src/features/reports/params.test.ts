import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { REPORT_PARAMS, reportRequest } from '../../../../shared/reports/schema.ts'
import { choicesOf, fieldsOf, firstValues, isComplete, paramsOf } from './params.ts'
import type { CatalogEntry } from './types.ts'

const entry = (name: CatalogEntry['name'], scope: CatalogEntry['scope'] = 'all'): CatalogEntry => ({
  name,
  scope,
  title: { en: name, ms: name },
  params: z.toJSONSchema(REPORT_PARAMS[name]) as Record<string, unknown>,
  formats: ['csv'],
  columns: [],
})

describe('parameters of a report', () => {
  it('are asked for as its schema has them', () => {
    expect(fieldsOf(entry('revenue'))).toEqual(['from', 'to', 'doctorId', 'by'])
    expect(fieldsOf(entry('revenue', 'own'))).toEqual(['from', 'to', 'by'])
    expect(fieldsOf(entry('daily-collection', 'shift'))).toEqual(['from', 'to', 'doctorId'])
    expect(fieldsOf(entry('stock'))).toEqual(['expiringWithinDays'])
    expect(choicesOf(entry('diagnoses'))).toEqual(['code', 'chapter'])
  })

  it.each(Object.keys(REPORT_PARAMS) as CatalogEntry['name'][])('of %s are what the API takes', (name) => {
    const report = entry(name)
    const filled = { ...firstValues(report, '2026-11-28'), panelId: '7', patientId: '9' }
    expect(isComplete(report, filled)).toBe(true)
    const body = { report: name, params: paramsOf(report, filled), format: 'csv', language: 'en' }
    expect(reportRequest.safeParse(body).success).toBe(true)
  })

  it('begin with today where only single days may be had, and miss what was not chosen', () => {
    expect(firstValues(entry('visits', 'day'), '2026-11-28').from).toBe('2026-11-28')
    expect(firstValues(entry('visits'), '2026-11-28').from).toBe('2026-11-01')
    expect(isComplete(entry('panel-statement'), firstValues(null))).toBe(false)
  })
})
