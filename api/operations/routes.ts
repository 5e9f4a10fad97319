import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { fetchable } from '../../shared/files/reads.ts'
import {
  type Asker,
  cancelOperation,
  retryOperation,
  undoOperation,
} from '../../shared/operations/commands.ts'
import { getVisibleOperation, listOperations, showOperation } from '../../shared/operations/reads.ts'
import { releaseRehearsal } from '../../shared/operations/release.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import {
  operation,
  operationEnvelope,
  operationList,
  operationListQuery,
} from '../../shared/operations/schema.ts'
import { patientOf } from '../../shared/operations/view.ts'
import { isUuid } from '../../shared/units/ids.ts'
import { sendFile } from '../files/download.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Reply, type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { assertMayChange, assertUndoable } from './policy.ts'

const idParams = z.strictObject({ id: z.string().max(64) })
type ById = Call<z.output<typeof idParams>>

const askerOf = (call: Call): Asker => ({
  principal: call.principal,
  address: call.address,
  requestId: call.requestId,
})

async function visible(call: ById): Promise<OperationRow> {
  if (!isUuid(call.params.id)) throw new AppError('not-found')
  return getVisibleOperation(call.deps, principalOf(call), call.params.id)
}

/** Calls about heavy work: what runs, what became of it, and how to stop it or go on. */
export function operationsRoutes({ deps, queues, spool }: ApiServices): Route[] {
  const accepted = async (row: OperationRow): Promise<Reply> => ({
    status: 202,
    body: { operation: await showOperation(deps, row) },
    headers: { Location: `/api/operations/${row.id}` },
  })

  return [
    route({
      method: 'GET',
      path: '/api/operations',
      tag: 'operations',
      summary: 'Heavy work, newest first',
      access: 'session',
      limit: 'general',
      query: operationListQuery,
      response: operationList,
      handle: async (call) => ({ body: await listOperations(deps, principalOf(call), call.query) }),
    }),
    route({
      method: 'GET',
      path: '/api/operations/:id',
      tag: 'operations',
      summary: 'One piece of heavy work',
      access: 'session',
      limit: 'general',
      params: idParams,
      response: operation,
      handle: async (call) => ({ body: await showOperation(deps, await visible(call)) }),
    }),
    route({
      method: 'GET',
      path: '/api/operations/:id/result',
      tag: 'operations',
      summary: 'The result file',
      access: 'session',
      limit: 'general',
      params: idParams,
      mode: 'stream',
      handle: async (call) => {
        const row = await visible(call)
        // asked anew: rights may have been taken away since the file was made
        assertMayChange(principalOf(call), row)
        const file = await fetchable(deps, row.id)
        await spool.write({
          ...whoIs(call),
          action: `${row.type}s.download`,
          entity: 'operation',
          entityId: row.id,
          patientId: patientOf(row),
          outcome: 'ok',
          detail: { kind: row.kind, rows: file.rows, sha256: file.sha256 },
        })
        return sendFile(call, file)
      },
    }),
    route({
      method: 'POST',
      path: '/api/operations/:id/cancel',
      tag: 'operations',
      summary: 'Stop an operation; rows already written stay',
      access: 'session',
      limit: 'general',
      params: idParams,
      response: operationEnvelope,
      handle: async (call) => {
        const row = await visible(call)
        assertMayChange(principalOf(call), row)
        return accepted(await cancelOperation(deps, row.id, askerOf(call)))
      },
    }),
    route({
      method: 'POST',
      path: '/api/operations/:id/retry',
      tag: 'operations',
      summary: 'Go on with a failed or cancelled operation from its last checkpoint',
      access: 'session',
      limit: 'heavy',
      params: idParams,
      response: operationEnvelope,
      handle: async (call) => {
        const row = await visible(call)
        assertMayChange(principalOf(call), row)
        return accepted(await retryOperation(deps, queues, row.id, askerOf(call)))
      },
    }),
    route({
      method: 'POST',
      path: '/api/operations/:id/release',
      tag: 'operations',
      summary:
        'Run a rehearsed import (dryRun, needs_review) for real: a new operation with the same file and options; ' +
        'takes an Idempotency-Key',
      access: 'session',
      limit: 'heavy',
      params: idParams,
      response: operationEnvelope,
      handle: async (call) => {
        const row = await visible(call)
        assertMayChange(principalOf(call), row)
        const key = idempotencyKeyOf(call)
        return accepted(await releaseRehearsal(deps, queues, row.id, askerOf(call), key))
      },
    }),
    route({
      method: 'POST',
      path: '/api/operations/:id/undo',
      tag: 'operations',
      summary: 'Take back what an import wrote; rows changed or used since are kept and listed',
      access: 'session',
      limit: 'heavy',
      params: idParams,
      response: operationEnvelope,
      handle: async (call) => {
        const row = await visible(call)
        assertMayChange(principalOf(call), row)
        assertUndoable(row)
        return accepted(await undoOperation(deps, queues, row.id, askerOf(call)))
      },
    }),
  ]
}
