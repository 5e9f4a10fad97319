import { z } from 'zod'
import { requestBackup, requestProof } from '../../shared/backups/commands.ts'
import { getBackup, listBackups } from '../../shared/backups/reads.ts'
import { backupList, backupListQuery, backupRequest } from '../../shared/backups/schema.ts'
import { showOperation } from '../../shared/operations/reads.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Reply, type Route, route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

const askerOf = ({ principal, address, requestId }: Call) => ({ principal, address, requestId })

/** Backups: what there is, when each was proven, and asking for one or for a proof. */
export function backupsRoutes({ deps, queues }: Pick<ApiServices, 'deps' | 'queues'>): Route[] {
  const accepted = async (row: OperationRow): Promise<Reply> => ({
    status: 202,
    headers: { Location: `/api/operations/${row.id}` },
    body: { operation: await showOperation(deps, row) },
  })
  const asks = {
    method: 'POST',
    tag: 'backups',
    access: { anyOf: ['backups.run'] },
    limit: 'heavy',
    response: operationEnvelope,
  } as const
  return [
    route({
      method: 'GET',
      path: '/api/backups',
      tag: 'backups',
      summary: 'Backups, newest first, with when each was last proven by a restore',
      access: { anyOf: ['backups.view', 'backups.run'] },
      limit: 'general',
      query: backupListQuery,
      response: backupList,
      handle: async (call) => ({ body: await listBackups(deps, call.query) }),
    }),
    route({
      ...asks,
      path: '/api/backups',
      summary: 'Make a backup and prove it; takes an Idempotency-Key',
      body: backupRequest,
      handle: async (call) =>
        accepted(await requestBackup(deps, queues, call.body, askerOf(call), idempotencyKeyOf(call))),
    }),
    route({
      ...asks,
      path: '/api/backups/:id/prove',
      summary: 'Restore a backup into a scratch database and compare; takes an Idempotency-Key',
      params: byId,
      handle: async (call) => {
        const backup = await getBackup(deps, call.params.id)
        return accepted(await requestProof(deps, queues, backup, askerOf(call), idempotencyKeyOf(call)))
      },
    }),
  ]
}
