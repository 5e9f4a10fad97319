import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { countWindow } from '../redis/counter.ts'
import { orUnavailable } from '../redis/errors.ts'
import { knownAddressKey } from '../redis/keys.ts'
import { limited } from '../rights/limited.ts'

const MINUTE_MS = 60_000
// beyond what a minute allows one address, well below the hundred in a row that NIST tolerates
const FREE_FAILURES = 50
const BACKOFF_BASE_MS = 1000
const BACKOFF_MAX_MS = 15 * MINUTE_MS
const FAILURES_KEPT_S = 24 * 3600
const KNOWN_ADDRESS_S = 30 * 24 * 3600

/** What was typed as the account never lies in the store as it is: people type passwords into that field. */
const digest = (text: string) => createHash('sha256').update(text).digest('base64url')

interface Keys {
  perMinute: string
  known: string
  failures: string
  backoff: string
}

const keysOf = (deps: Deps, account: string, scope: string): Keys => {
  const of = digest(account)
  return {
    perMinute: `${deps.prefix}:limit:auth:${of}:${scope}`,
    known: `${deps.prefix}:known:${of}:${scope}`,
    failures: `${deps.prefix}:failures:${of}`,
    backoff: `${deps.prefix}:backoff:${of}`,
  }
}

/**
 * One account's attempts from one address. Addresses that signed in with this account before have a back-off of their
 * own, all others share one: so guessing from anywhere slows down the guessers and never the owner at his own desk.
 */
export interface Attempt {
  failed(): Promise<void>
  succeeded(): Promise<void>
}

/** Admits an attempt before anything is hashed; throws 429, and 503 when the store is away (sign-in stays closed). */
export async function admitAttempt(deps: Deps, account: string, address: string): Promise<Attempt> {
  const keys = keysOf(deps, account, address)
  const max = deps.config.RATE_LIMIT_AUTH_PER_MINUTE
  if (max > 0) {
    const { used, resetMs } = await countWindow(deps.redis, keys.perMinute, MINUTE_MS)
    if (used > max) throw limited(max, resetMs)
  }
  const isKnown = (await orUnavailable(deps.redis.exists(keys.known))) === 1
  const suffix = isKnown ? `:${address}` : ''
  const failures = keys.failures + suffix
  const backoff = keys.backoff + suffix
  const waitMs = await orUnavailable(deps.redis.pttl(backoff))
  if (waitMs > 0) throw limited(1, waitMs)
  return {
    failed: async () => {
      const count = await orUnavailable(deps.redis.incr(failures))
      await orUnavailable(deps.redis.expire(failures, FAILURES_KEPT_S))
      if (count < FREE_FAILURES || max === 0) return
      const pauseMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (count - FREE_FAILURES))
      await orUnavailable(deps.redis.set(backoff, '1', 'PX', pauseMs))
    },
    succeeded: async () => {
      await orUnavailable(
        deps.redis
          .multi()
          .del(failures, backoff)
          .set(keys.known, '1', 'EX', KNOWN_ADDRESS_S)
          .set(knownAddressKey(deps.prefix, address), '1', 'EX', KNOWN_ADDRESS_S)
          .exec(),
      )
    },
  }
}
