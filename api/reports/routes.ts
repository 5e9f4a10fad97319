import { requestOperation } from '../../shared/operations/commands.ts'
import { showOperation } from '../../shared/operations/reads.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { catalogFor, scopeOf } from '../../shared/reports/reads.ts'
import { reportCatalog, reportRequest } from '../../shared/reports/schema.ts'
import { REPORTERS } from '../../shared/rights/results.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Route, route } from '../http/route.ts'
import { principalOf } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

/** Figures and lists of the clinic as files. */
export function reportsRoutes({ deps, queues }: Pick<ApiServices, 'deps' | 'queues'>): Route[] {
  const access = { anyOf: REPORTERS }
  return [
    route({
      method: 'GET',
      path: '/api/reports/catalog',
      tag: 'reports',
      summary: 'Reports that the asker may have, and their parameters',
      access,
      limit: 'general',
      response: reportCatalog,
      cacheControl: 'private-no-cache',
      handle: async (call) => ({ body: catalogFor(principalOf(call)) }),
    }),
    route({
      method: 'POST',
      path: '/api/reports',
      tag: 'reports',
      summary: 'Make a report as csv, xlsx, pdf or json; takes an Idempotency-Key',
      access,
      limit: 'heavy',
      body: reportRequest,
      response: operationEnvelope,
      handle: async (call) => {
        const { report, ...params } = call.body
        await scopeOf(deps, principalOf(call), report, params.params)
        const request = {
          type: 'report' as const,
          kind: report,
          params,
          idempotencyKey: idempotencyKeyOf(call),
        }
        const asker = { principal: call.principal, address: call.address, requestId: call.requestId }
        const { row } = await requestOperation(deps, queues, request, asker)
        return {
          status: 202,
          headers: { Location: `/api/operations/${row.id}` },
          body: { operation: await showOperation(deps, row) },
        }
      },
    }),
  ]
}
