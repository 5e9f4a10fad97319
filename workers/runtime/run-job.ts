import { type Job, UnrecoverableError, WaitingError } from 'bullmq'
import { handBack } from '../../shared/operations/lifecycle.ts'
import type { WorkerServices } from './context.ts'
import { type ActiveRuns, operationOf, runOperation } from './run-operation.ts'

/**
 * Carries out one BullMQ job: the bell of an operation. On shutdown the job goes back to the line at once, without
 * using up an attempt or waiting for its lock to run out. A failure is kept in Redis as its code alone.
 */
export async function runJob(
  services: WorkerServices,
  runs: ActiveRuns,
  job: Job,
  token: string | undefined,
): Promise<void> {
  const run = await runOperation(services, runs, operationOf(job.name, job.data))
  if (run.end === 'failed') throw new UnrecoverableError(run.code)
  if (run.end !== 'shutdown') return
  const { hold } = run
  // without a database the next start finds a silent holder instead, some seconds later
  if (hold !== null)
    await handBack(services.deps, hold).catch((error) =>
      services.deps.log.warn({ err: error, operationId: hold.id }, 'not handed back'),
    )
  await job.moveToWait(token)
  throw new WaitingError()
}
