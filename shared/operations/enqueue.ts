import type { Deps } from '../deps.ts'
import { enqueue, type JobQueues } from '../jobs/queues.ts'
import type { JobType } from '../jobs/registry.ts'
import type { OperationType } from './schema.ts'

/** Which job carries out which kind of operation. */
export const JOB_OF: Record<OperationType, JobType> = { import: 'imports.run' }

/** The BullMQ job id of an operation's n-th enqueue. */
export const jobIdOf = (operationId: string, n: number): string => `${operationId}-${n}`

/**
 * Rings the bell for an operation under a new job id: the number is raised in the database before each add, because
 * BullMQ silently drops an add whose id it still remembers.
 */
export async function enqueueOperation(
  deps: Pick<Deps, 'db'>,
  queues: JobQueues,
  operation: { id: string; type: OperationType },
): Promise<void> {
  await deps.db('operations').where({ id: operation.id }).increment('enqueues', 1)
  const row = await deps.db('operations').where({ id: operation.id }).first('enqueues')
  const jobId = jobIdOf(operation.id, Number(row?.enqueues ?? 1))
  await enqueue(queues, JOB_OF[operation.type], { v: 1, operationId: operation.id }, jobId)
}
