import { findCodes } from '../../shared/icd10/reads.ts'
import { icd10Found, icd10Query } from '../../shared/icd10/schema.ts'
import { type Route, route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

/** The list of diagnoses by code: reference data, cached for a day. */
export function icd10Routes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/icd10',
      tag: 'consultations',
      summary: 'The best twenty ICD-10 codes for a code or words',
      access: { anyOf: ['icd10.view'] },
      limit: 'general',
      cacheControl: 'private-no-cache',
      query: icd10Query,
      response: icd10Found,
      handle: ({ query }) => findCodes(deps, query.query),
    }),
  ]
}
