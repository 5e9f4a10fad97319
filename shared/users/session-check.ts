import type { Deps } from '../deps.ts'
import { orUnavailable } from '../redis/errors.ts'
import { script } from '../redis/script.ts'
import { type Identity, readSnapshot } from './session-record.ts'
import { idleMs, sessionKey } from './sessions.ts'

const HOUR_MS = 3_600_000
const BATCH_MAX = 64
const ANSWERS_EACH = 3

/**
 * Session, rights and the general limit of several calls at once. A found session counts by its owner, anything else
 * by address; a cost of 0 does not count. Idle time starts anew unless told not to (0).
 */
const CHECK = script(`
local sessions, counters, now, window = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local answers = {}
for at = 5, #ARGV, 4 do
  local key, idle, cost = sessions .. ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local s = redis.call('HMGET', key, 'd', 'k', 'x')
  local found = s[1]
  if found then
    local left = tonumber(s[3]) - now
    if left <= 0 then
      redis.call('DEL', key)
      found = false
    elseif idle > 0 then
      redis.call('PEXPIRE', key, math.floor(math.min(left, idle)))
    end
  end
  local used, ttl = 0, 0
  if cost > 0 then
    local counter = counters .. (found and s[2] or ARGV[at + 3])
    used = redis.call('INCRBY', counter, found and cost or 1)
    ttl = redis.call('PTTL', counter)
    if ttl < 0 then
      ttl = window
      redis.call('PEXPIRE', counter, ttl)
    end
  end
  local n = #answers
  answers[n + 1], answers[n + 2], answers[n + 3] = found, used, ttl
end
return answers`)

/** What one check found: who asks, and how much of the general limit is used. */
export interface Checked {
  identity: Identity | null
  /** Calls counted in the present hour, this one included; 0 when it did not count. */
  used: number
  /** Time until the count starts anew, ms. */
  resetMs: number
}

export interface CheckOptions {
  sessionId: string | null
  address: string
  /** What the call adds to the count; 0 = not counted. */
  cost: number
  /** Whether the call is a sign of life of the person (a stream is not). */
  touch: boolean
}

/** Prefix of the hourly counters: `…<u:user | t:token | a:address>`. */
export const generalLimitPrefix = (deps: Deps): string => `${deps.prefix}:limit:general:`

interface Waiting {
  options: CheckOptions
  resolve(checked: Checked): void
  reject(error: unknown): void
}

const lines = new WeakMap<Deps, Waiting[]>()

/**
 * Checks a session and counts the call. Calls that arrive in one turn of the event loop share one round trip: a
 * command of the driver costs more than the check itself. Throws `unavailable/redis`.
 */
export function checkSession(deps: Deps, options: CheckOptions): Promise<Checked> {
  return new Promise((resolve, reject) => {
    let line = lines.get(deps)
    if (line === undefined) {
      line = []
      lines.set(deps, line)
    }
    if (line.length === 0) setImmediate(flush, deps, line)
    line.push({ options, resolve, reject })
  })
}

function flush(deps: Deps, line: Waiting[]): void {
  const waiting = line.splice(0)
  for (let from = 0; from < waiting.length; from += BATCH_MAX)
    void checkAll(deps, waiting.slice(from, from + BATCH_MAX))
}

async function checkAll(deps: Deps, waiting: Waiting[]): Promise<void> {
  const args: (string | number)[] = [
    sessionKey(deps, ''),
    generalLimitPrefix(deps),
    deps.clock.now().getTime(),
    HOUR_MS,
  ]
  const idle = idleMs(deps)
  for (const { options } of waiting) {
    args.push(options.sessionId ?? '-', options.touch ? idle : 0, options.cost, `a:${options.address}`)
  }
  try {
    const answers = (await orUnavailable(CHECK(deps.redis, [], args))) as (string | number | null)[]
    waiting.forEach(({ resolve }, index) => {
      const at = index * ANSWERS_EACH
      const text = answers[at] as string | null
      const used = answers[at + 1] as number
      const resetMs = answers[at + 2] as number
      resolve({ identity: text === null ? null : readSnapshot(text), used, resetMs })
    })
  } catch (error) {
    for (const { reject } of waiting) reject(error)
  }
}
