import type { Deps } from '../deps.ts'
import type { JobQueues } from '../jobs/queues.ts'
import { type Asker, requestOperation } from '../operations/commands.ts'
import type { OperationRow } from '../operations/repository.ts'
import type { Task } from './schema.ts'

/** Writes a task of upkeep down as an operation. The same under one `idempotencyKey` is one. */
export async function requestMaintenance(
  deps: Deps,
  queues: JobQueues,
  task: Task,
  params: { anyHour: boolean },
  asker: Asker,
  idempotencyKey?: string,
): Promise<OperationRow> {
  const request = { type: 'maintenance' as const, kind: task, params, idempotencyKey }
  return (await requestOperation(deps, queues, request, asker)).row
}
