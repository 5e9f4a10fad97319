import type { JobQueues } from '../jobs/queues.ts'
import type { JobQueueState } from './health-checks.ts'

/** Jobs of one job queue by state. */
export interface JobQueueDepth {
  waiting: number
  active: number
  delayed: number
  failed: number
}

type OneQueue = JobQueues[keyof JobQueues]

async function depthOf(queue: OneQueue): Promise<JobQueueDepth> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed')
  const of = (state: string) => counts[state] ?? 0
  return {
    waiting: of('waiting') + of('prioritized'),
    active: of('active'),
    delayed: of('delayed'),
    failed: of('failed'),
  }
}

/** When the job next in line was added, ms since 1970; null when nothing waits. */
async function oldestWaitingAt(queue: OneQueue): Promise<number | null> {
  const jobs = await queue.getJobs(['waiting', 'prioritized'], 0, 0, true)
  // a job taken between the two reads of BullMQ comes back as undefined
  const times = jobs.flatMap((job) => (job === undefined ? [] : [job.timestamp]))
  return times.length === 0 ? null : Math.min(...times)
}

/** Depth of every job queue by its name. */
export async function jobQueueDepths(queues: JobQueues): Promise<Record<string, JobQueueDepth>> {
  const pairs = await Promise.all(
    Object.entries(queues).map(async ([name, queue]) => [name, await depthOf(queue)] as const),
  )
  return Object.fromEntries(pairs)
}

/** All job queues summed up, with the time of the job that has waited longest. */
export async function jobQueueState(queues: JobQueues): Promise<JobQueueState> {
  const [depths, oldest] = await Promise.all([
    jobQueueDepths(queues),
    Promise.all(Object.values(queues).map(oldestWaitingAt)),
  ])
  const sum = (state: keyof JobQueueDepth) =>
    Object.values(depths).reduce((total, depth) => total + depth[state], 0)
  const times = oldest.filter((at) => at !== null)
  return {
    waiting: sum('waiting'),
    active: sum('active'),
    failed: sum('failed'),
    oldestWaitingAt: times.length === 0 ? null : Math.min(...times),
  }
}
