import { z } from 'zod'
import { medicationById, medicationPage } from '../../shared/medications/reads.ts'
import { medication, medicationsQuery, medicationPage as pageBody } from '../../shared/medications/schema.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Route, route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

const byId = z.strictObject({ id: z.string().refine(isRowId, 'is not an id') })

/** The clinic's medicines: reference data, cached for a day. */
export function medicationsRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  const reads = {
    method: 'GET',
    tag: 'medications',
    access: { anyOf: ['medications.view'] },
    limit: 'general',
    cacheControl: 'private-no-cache',
  } as const
  return [
    route({
      ...reads,
      path: '/api/medications',
      summary: 'Medicines in use, by name; `query` finds words of name, brand, code or category',
      query: medicationsQuery,
      response: pageBody,
      handle: ({ principal, query }) => medicationPage(deps, principal as Principal, query),
    }),
    route({
      ...reads,
      path: '/api/medications/:id',
      summary: 'One medicine',
      params: byId,
      response: medication,
      handle: ({ principal, params }) => medicationById(deps, principal as Principal, params.id),
    }),
  ]
}
