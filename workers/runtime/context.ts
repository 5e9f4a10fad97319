import type { Knex } from '../../shared/db/connect.ts'
import type { Deps } from '../../shared/deps.ts'
import type { JobQueues } from '../../shared/jobs/queues.ts'
import type { Logger } from '../../shared/log/log.ts'
import type { Hold } from '../../shared/operations/lifecycle.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import type { Pace } from './pace.ts'

/** What a worker process opens once. */
export interface WorkerServices {
  deps: Deps
  queues: JobQueues
  /** The only connections that may send LOAD DATA LOCAL INFILE; each chunk's transaction runs on one of them. */
  bulkDb: Knex
  pace: Pace
  /** Name of this process in operations, logs and metrics. */
  worker: string
}

/** What one run of an operation gets. */
export interface Run extends WorkerServices {
  hold: Hold
  /** The operation as it was claimed: parameters, file, cursor and counts of the last checkpoint. */
  row: OperationRow
  /** Aborts with a {@link Stopped} when the run must end at the next chunk boundary. */
  signal: AbortSignal
  log: Logger
}

/** Carries out an operation and ends it; returns when the operation has ended, throws {@link Stopped} or an error. */
export type Processor = (run: Run) => Promise<void>

export type StopReason = 'shutdown' | 'cancelled' | 'fenced'

/** Thrown at a chunk boundary when a run must not go on. */
export class Stopped extends Error {
  readonly reason: StopReason
  constructor(reason: StopReason) {
    super(reason)
    this.name = 'Stopped'
    this.reason = reason
  }
}

/** Throws the reason for which a run was told to stop, if it was. */
export function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason instanceof Stopped ? signal.reason : new Stopped('shutdown')
}
