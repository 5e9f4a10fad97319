import type { Deps } from '../deps.ts'
import type { JobQueues } from '../jobs/queues.ts'
import { JOBS } from '../jobs/registry.ts'
import { enqueueOperation, jobIdOf, jobOf } from './enqueue.ts'
import { SILENT_AFTER_S } from './lifecycle.ts'
import { HELD_STATUSES, type OperationType } from './schema.ts'

const SWEEP_EVERY_MS = 5000
/** A queued operation younger than this is being enqueued right now by whoever asked for it. */
const SETTLE_S = 2
const BATCH = 500

interface Candidate {
  id: string
  type: OperationType
  status: 'queued' | (typeof HELD_STATUSES)[number]
  enqueues: number
}

const LIVE_STATES = new Set(['waiting', 'delayed', 'active', 'prioritized', 'waiting-children'])

/** Whether BullMQ still has a job for a queued operation; a finished one that it merely remembers does not count. */
async function hasLiveJob(queues: JobQueues, candidate: Candidate): Promise<boolean> {
  const queue = queues[JOBS[jobOf(candidate)].queue]
  const state = await queue.getJobState(jobIdOf(candidate.id, candidate.enqueues))
  return LIVE_STATES.has(state)
}

async function candidates(deps: Deps): Promise<Candidate[]> {
  const ago = (seconds: number) => deps.db.raw('utc_timestamp(3) - interval ? second', [seconds])
  return deps
    .db('operations')
    .select('id', 'type', 'status', 'enqueues')
    .where((q) => q.where('status', 'queued').where('created_at', '<', ago(SETTLE_S)))
    .orWhere((q) =>
      q
        .whereIn('status', HELD_STATUSES)
        .where((h) => h.whereNull('heartbeat_at').orWhere('heartbeat_at', '<', ago(SILENT_AFTER_S))),
    )
    .orderBy('no')
    .limit(BATCH)
}

/**
 * Rings the bell again for every operation that nobody works on: queued without a job (Redis lost it, or the process
 * died before it enqueued) and active without a heartbeat. Answers how many it rang for.
 */
export async function sweepOnce(deps: Deps, queues: JobQueues): Promise<number> {
  let rung = 0
  for (const candidate of await candidates(deps)) {
    // a silent holder's job may still be `active` in BullMQ until its lock expires: a new job need not wait for that,
    // since the fence shuts the old one out
    if (candidate.status === 'queued' && (await hasLiveJob(queues, candidate))) continue
    if (candidate.status !== 'queued' && (await isFreshlyRung(queues, candidate))) continue
    await enqueueOperation(deps, queues, candidate)
    rung++
  }
  return rung
}

/** Whether the last bell for a silent operation still waits to be heard; ringing again would only pile up jobs. */
async function isFreshlyRung(queues: JobQueues, candidate: Candidate): Promise<boolean> {
  const queue = queues[JOBS[jobOf(candidate)].queue]
  const state = await queue.getJobState(jobIdOf(candidate.id, candidate.enqueues))
  return state === 'waiting' || state === 'prioritized'
}

/** Runs `work` if no other process holds the named database lock; the lock lives on one connection of a transaction. */
export async function underLock<T>(
  deps: Pick<Deps, 'db'>,
  name: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  return deps.db.transaction(async (holder) => {
    const [[lock]] = (await holder.raw('select get_lock(?, 0) as got', [name])) as [[{ got: number }]]
    if (Number(lock.got) !== 1) return undefined
    try {
      return await work()
    } finally {
      await holder.raw('do release_lock(?)', [name])
    }
  })
}

/** Sweeps every five seconds until the signal aborts; every API and worker process runs it, one at a time sweeps. */
export function startSweeper(deps: Deps, queues: JobQueues, signal: AbortSignal): void {
  // locks are the server's, which may hold more databases than ours
  const lock = `${deps.prefix}:sweep`
  const tick = async () => {
    try {
      const rung = await underLock(deps, lock, () => sweepOnce(deps, queues))
      if (rung !== undefined && rung > 0)
        deps.log.info({ rung }, 'sweeper rang for operations nobody worked on')
    } catch (error) {
      deps.log.debug({ err: error }, 'sweep failed; tried again in a moment')
    }
    if (!signal.aborted) timer = setTimeout(tick, SWEEP_EVERY_MS)
  }
  let timer = setTimeout(tick, SWEEP_EVERY_MS * Math.random())
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}
