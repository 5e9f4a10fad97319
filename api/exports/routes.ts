import { writeAudit } from '../../shared/audit/write.ts'
import { exportRequest } from '../../shared/exports/schema.ts'
import { byWhom, requestOperation } from '../../shared/operations/commands.ts'
import { showOperation } from '../../shared/operations/reads.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { getPatient } from '../../shared/patients/reads.ts'
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
      summary:
        'Export records of a kind as csv, xlsx, ndjson or (patients, visits, conditions) fhir, or one patient’s whole file (kind patient-file) as a zip; takes an Idempotency-Key',
      access: { anyOf: EXPORTERS },
      limit: 'heavy',
      body: exportRequest,
      response: operationEnvelope,
      handle: async (call) => {
        const { kind, ...params } = call.body
        assertMayExport(principalOf(call), kind)
        const request = { type: 'export' as const, kind, params, idempotencyKey: idempotencyKeyOf(call) }
        const asker = { principal: call.principal, address: call.address, requestId: call.requestId }
        const file = call.body.kind === 'patient-file' ? call.body : null
        // an unknown patient is told of at once, a merged one with whose record it is part of now
        if (file !== null) await getPatient(deps, file.filter.patientId, 'desk-2')
        const { row } = await requestOperation(deps, queues, request, asker, async (trx, id) => {
          if (file === null) return
          await writeAudit(trx, {
            ...byWhom(asker),
            action: 'patients.file-export',
            entity: 'operation',
            entityId: id,
            patientId: file.filter.patientId,
            outcome: 'ok',
            detail: { reason: file.reason },
          })
        })
        return {
          status: 202,
          headers: { Location: `/api/operations/${row.id}` },
          body: { operation: await showOperation(deps, row) },
        }
      },
    }),
  ]
}
