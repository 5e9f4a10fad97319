import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { requestDuplicates } from '../../shared/imports/duplicates/commands.ts'
import { listDuplicatePairs } from '../../shared/imports/duplicates/reads.ts'
import { duplicatesFound, duplicatesInput, duplicatesQuery } from '../../shared/imports/duplicates/schema.ts'
import { stateConflict } from '../../shared/operations/commands.ts'
import { getVisibleOperation, showOperation } from '../../shared/operations/reads.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { variantFor } from '../../shared/patients/reads.ts'
import { isUuid } from '../../shared/units/ids.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import { assertMayChange } from '../operations/policy.ts'
import type { ApiServices } from '../services.ts'

const idParams = z.strictObject({ id: z.string().max(64) })
/** Who may put two records together, and import patients, and sees the operation. */
const ACCESS = { anyOf: ['patients.merge'] } as const

/** The people of an import who may be in the file twice, and what is decided about them. */
export function duplicateRoutes({ deps, queues, spool }: ApiServices): Route[] {
  async function importOf(call: Call<z.output<typeof idParams>>): Promise<OperationRow> {
    if (!isUuid(call.params.id)) throw new AppError('not-found')
    const row = await getVisibleOperation(deps, principalOf(call), call.params.id)
    assertMayChange(principalOf(call), row)
    if (row.type !== 'import' || row.kind !== 'patients')
      throw stateConflict(row, 'searched for duplicates: it brought no patients')
    return row
  }

  return [
    route({
      method: 'GET',
      path: '/api/operations/:id/duplicates',
      tag: 'operations',
      summary:
        'Imported people who may be in the file twice, in pairs, the surest first; and how many are new',
      access: ACCESS,
      limit: 'general',
      params: idParams,
      query: duplicatesQuery,
      response: duplicatesFound,
      handle: async (call) => {
        const row = await importOf(call)
        const body = await listDuplicatePairs(deps, row, call.query, variantFor(principalOf(call).role))
        const shown = new Set(body.data.flatMap(({ imported, existing }) => [imported.id, existing.id]))
        await spool.write({
          ...whoIs(call),
          action: 'imports.read-duplicates',
          entity: 'operation',
          entityId: row.id,
          outcome: 'ok',
          detail: { shown: [...shown] },
        })
        return { body }
      },
    }),
    route({
      method: 'POST',
      path: '/api/operations/:id/duplicates',
      tag: 'operations',
      summary:
        'Look for people of this import who may be in the file twice (empty body), or decide about them: ' +
        'put together, keep both, or later; pair by pair or all that wait',
      access: ACCESS,
      limit: 'heavy',
      params: idParams,
      body: duplicatesInput,
      response: operationEnvelope,
      handle: async (call) => {
        const { id } = await importOf(call)
        const row = await requestDuplicates(deps, queues, id, call.body, {
          principal: call.principal,
          address: call.address,
          requestId: call.requestId,
        })
        return {
          status: 202,
          body: { operation: await showOperation(deps, row) },
          headers: { Location: `/api/operations/${row.id}` },
        }
      },
    }),
  ]
}
