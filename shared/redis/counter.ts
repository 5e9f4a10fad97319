import type { Redis } from 'ioredis'
import { orUnavailable } from './errors.ts'
import { script } from './script.ts'

/** A count within a window that began with its first call. */
export interface WindowCount {
  used: number
  /** Time until the count starts anew, ms. */
  resetMs: number
}

const COUNT = script(`
local used = redis.call('INCR', KEYS[1])
local ttl = redis.call('PTTL', KEYS[1])
if ttl < 0 then
  ttl = tonumber(ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ttl)
end
return { used, ttl }`)

/** Raises a counter, exactly over all processes. Throws `unavailable/redis`. */
export async function countWindow(redis: Redis, key: string, windowMs: number): Promise<WindowCount> {
  const [used, resetMs] = (await orUnavailable(COUNT(redis, [key], [windowMs]))) as [number, number]
  return { used, resetMs }
}
