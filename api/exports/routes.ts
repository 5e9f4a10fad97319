import { exportRequest } from '../../shared/exports/schema.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { showOperation } from '../../shared/operations/reads.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { EXPORTERS } from '../../shared/rights/results.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Route, route } from '../http/route.ts'
import { principalOf } from '../http/who.ts'
import { assertMayExport } from '../operations/policy.ts'
import type { ApiServices } from '../services.ts'

/** Records of the clinic as files. */
export function exportsRoutes({ deps, queues }: Pick<ApiServices, 'deps' | 'queues'>): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/exports',
      tag: 'exports',
      summary: 'Export records of a kind as csv, xlsx, ndjson or (patients) fhir; takes an Idempotency-Key',
      access: { anyOf: EXPORTERS },
      limit: 'heavy',
      body: exportRequest,
      response: operationEnvelope,
      handle: async (call) => {
        const { kind, ...params } = call.body
        assertMayExport(principalOf(call), kind)
        const request = { type: 'export' as const, kind, params, idempotencyKey: idempotencyKeyOf(call) }
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
