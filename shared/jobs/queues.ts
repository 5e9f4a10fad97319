import { Queue } from 'bullmq'
import type { Deps } from '../deps.ts'
import { JOB_QUEUES, JOBS, type JobPayload, type JobQueue, type JobType } from './registry.ts'

export type JobQueues = Record<JobQueue, Queue>

const HOUR_S = 3600
const KEEP_COMPLETED = { age: 24 * HOUR_S, count: 1000 }
const KEEP_FAILED = { age: 7 * 24 * HOUR_S, count: 5000 }

/** Key prefix under which BullMQ keeps its job queues. */
export const jobPrefix = (deps: Pick<Deps, 'prefix'>): string => `${deps.prefix}:jobs`

/** The producing side of all job queues, on the request connection: a dead Redis fails an add at once. */
export function openQueues(deps: Deps): JobQueues {
  const open = (name: JobQueue) => {
    const queue = new Queue(name, {
      connection: deps.redis,
      prefix: jobPrefix(deps),
      skipWaitingForReady: true,
      ...(deps.tracing === undefined ? {} : { telemetry: deps.tracing.jobs }),
      defaultJobOptions: { removeOnComplete: KEEP_COMPLETED, removeOnFail: KEEP_FAILED },
    })
    // the connection itself reports outages; without a listener an error would end the process
    queue.on('error', () => undefined)
    return [name, queue] as const
  }
  return Object.fromEntries(JOB_QUEUES.map(open)) as JobQueues
}

/**
 * Rings the bell for a job. `jobId` must be new: BullMQ swallows an add under a known id, so nothing is ever derived
 * from this call; the operations table is the truth and the sweeper rings again.
 */
export async function enqueue<T extends JobType>(
  queues: JobQueues,
  type: T,
  payload: JobPayload<T>,
  jobId: string,
): Promise<void> {
  await queues[JOBS[type].queue].add(type, JOBS[type].payload.parse(payload), { jobId })
}

/** Closes the producing side; the shared connection stays open. */
export async function closeQueues(queues: JobQueues): Promise<void> {
  await Promise.all(Object.values(queues).map((queue) => queue.close()))
}
