import type { Deps } from '../deps.ts'

/** Name of the queue in the cache. */
export const QUEUE = 'queue'

/** What the queue's reads need of a process. */
export type QueueReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'clock'>
