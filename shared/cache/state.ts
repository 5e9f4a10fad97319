import { randomBytes } from 'node:crypto'
import { type BulkheadPolicy, bulkhead } from 'cockatiel'
import type { Redis } from 'ioredis'
import { TurnJoin } from '../redis/turn.ts'
import { createCoalescer } from './coalesce.ts'
import type { Finished } from './entry.ts'
import { HeldAnswers } from './held.ts'

/** How often the cache answered since the process began. */
export interface CacheStats {
  hits: number
  misses: number
  bypassed: number
}

/** What one look-up found, read once for all who asked. */
export interface LookUp {
  /** The present generation or era. */
  token: string
  answer: Finished | null
  /** There is an entry that nobody can read. */
  isSpoilt: boolean
}

const BYPASS_AT_ONCE = 16
const BYPASS_WAITING = 500

/**
 * What a process remembers about its cache: work under way, what it could not tell Redis, and answers which it gives
 * only when Redis says that they are still what it has.
 */
export interface CacheState {
  /** Loads under way by the lease token they hold. */
  flights: Map<string, Promise<Finished | null>>
  /** Invalidations that failed, by domain; reads of the domain go past the cache until they are repeated. */
  unsent: Map<string, { ids: Set<string>; everything: boolean }>
  retryAtMs: number
  /** Numbers of notes whose invalidation has reached the cache; the sweep removes them. */
  confirmed: string[]
  stats: CacheStats
  /** Keeps a database without its cache from being run over. */
  limiter: BulkheadPolicy
  coalesce: ReturnType<typeof createCoalescer>
  held: HeldAnswers
  /** Look-ups of the present turn of the event loop. */
  lookUps: TurnJoin<Promise<LookUp>>
  /** A value never used before, by any process. */
  nextToken(): string
}

const states = new WeakMap<Redis, CacheState>()

/** The state that belongs to a cache connection. */
export function stateOf(redis: Redis): CacheState {
  const known = states.get(redis)
  if (known !== undefined) return known
  const own = randomBytes(9).toString('base64url')
  let counter = 0
  const state: CacheState = {
    flights: new Map(),
    unsent: new Map(),
    retryAtMs: 0,
    confirmed: [],
    stats: { hits: 0, misses: 0, bypassed: 0 },
    limiter: bulkhead(BYPASS_AT_ONCE, BYPASS_WAITING),
    coalesce: createCoalescer(),
    held: new HeldAnswers(),
    lookUps: new TurnJoin(),
    nextToken: () => `${own}${(counter++).toString(36)}`,
  }
  states.set(redis, state)
  return state
}
