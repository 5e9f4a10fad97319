import { z } from 'zod'

/** Job queues, split by what they use up, not by domain: a slow report never holds up an import. */
export const JOB_QUEUES = ['bulk', 'reports', 'realtime', 'maintenance'] as const
export type JobQueue = (typeof JOB_QUEUES)[number]

interface JobRule<Payload extends z.ZodType> {
  queue: JobQueue
  /** What a job carries: ids only, at most 1 KB, never personal data. */
  payload: Payload
  /** Whether a run may stop at a chunk boundary and be continued by another worker. */
  resumable: boolean
}

const rule = <P extends z.ZodType>(entry: JobRule<P>): JobRule<P> => entry

const operationPayload = z.strictObject({ v: z.literal(1), operationId: z.string().length(36) })

/**
 * The one table of job types. A new job is an entry here and a processor in `workers/processors.ts`,
 * which does not compile without it.
 */
export const JOBS = {
  'imports.run': rule({ queue: 'bulk', payload: operationPayload, resumable: true }),
  'imports.undo': rule({ queue: 'bulk', payload: operationPayload, resumable: true }),
  'backups.run': rule({ queue: 'maintenance', payload: operationPayload, resumable: false }),
  'backups.prove': rule({ queue: 'maintenance', payload: operationPayload, resumable: false }),
  'maintenance.run': rule({ queue: 'maintenance', payload: operationPayload, resumable: true }),
  // begun anew after a stop: a file is of one instant
  'exports.run': rule({ queue: 'reports', payload: operationPayload, resumable: false }),
  'reports.run': rule({ queue: 'reports', payload: operationPayload, resumable: false }),
} as const

export type JobType = keyof typeof JOBS
export type JobPayload<T extends JobType> = z.infer<(typeof JOBS)[T]['payload']>
