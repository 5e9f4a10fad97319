import type { Deps } from '../deps.ts'
import { enqueue, type JobQueues } from '../jobs/queues.ts'
import type { JobType } from '../jobs/registry.ts'
import type { OperationStatus, OperationType } from './schema.ts'

interface Work {
  type: OperationType
  status: OperationStatus
}

const JOBS_OF: Record<OperationType, { run: JobType; undo: JobType | null }> = {
  import: { run: 'imports.run', undo: 'imports.undo' },
  backup: { run: 'backups.run', undo: null },
  proof: { run: 'backups.prove', undo: null },
  maintenance: { run: 'maintenance.run', undo: null },
  export: { run: 'exports.run', undo: null },
  report: { run: 'reports.run', undo: null },
}

/** Which job carries an operation on from where it stands. */
export function jobOf({ type, status }: Work): JobType {
  const { run, undo } = JOBS_OF[type]
  return status === 'undoing' && undo !== null ? undo : run
}

/** The BullMQ job id of an operation's n-th enqueue. */
export const jobIdOf = (operationId: string, n: number): string => `${operationId}-${n}`

/**
 * Rings the bell for an operation under a new job id: the number is raised in the database before each add, because
 * BullMQ silently drops an add whose id it still remembers.
 */
export async function enqueueOperation(
  deps: Pick<Deps, 'db'>,
  queues: JobQueues,
  operation: Work & { id: string },
): Promise<void> {
  await deps.db('operations').where({ id: operation.id }).increment('enqueues', 1)
  const row = await deps.db('operations').where({ id: operation.id }).first('enqueues')
  const jobId = jobIdOf(operation.id, Number(row?.enqueues ?? 1))
  await enqueue(queues, jobOf(operation), { v: 1, operationId: operation.id }, jobId)
}
