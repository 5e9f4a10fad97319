import { setTimeout as sleep } from 'node:timers/promises'
import type { Deps } from '../../shared/deps.ts'
import type { JobQueues } from '../../shared/jobs/queues.ts'
import { type OperationRequest, requestOperation } from '../../shared/operations/commands.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'

const LOOK_EVERY_MS = 20

/** Waits for the end of an operation; throws when it is no success. */
export async function ended(deps: Deps, id: string): Promise<OperationRow> {
  for (;;) {
    const now = await findOperation(deps.db, id)
    if (now?.status === 'completed') return now
    if (now?.status === 'failed' || now?.status === 'cancelled')
      throw new Error(`${now.type} ${now.kind}: ${now.status} ${JSON.stringify(now.error)}`)
    await sleep(LOOK_EVERY_MS)
  }
}

/** Has the worker carry something out, as a request of the API would; answers how long that took, s. */
export async function carryOut(deps: Deps, queues: JobQueues, request: OperationRequest): Promise<number> {
  const startedAt = performance.now()
  const { row } = await requestOperation(deps, queues, request, { principal: null })
  await ended(deps, row.id)
  return (performance.now() - startedAt) / 1000
}
