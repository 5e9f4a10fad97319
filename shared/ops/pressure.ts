import { randomUUID } from 'node:crypto'
import type { Deps } from '../deps.ts'

type PressureDeps = Pick<Deps, 'redis' | 'prefix'>

/** How busy the clinic is: requests a second of all API processes and the worst of their 95th percentiles, ms. */
export interface Pressure {
  perSecond: number
  p95Ms: number
}

const EVERY_MS = 1000
const FRESH_MS = 3000
/** Enough for a percentile of one second; above it a request is counted but its time is not kept. */
const KEPT_TIMES = 2000
const SHARE = 0.95

const keyOf = (deps: PressureDeps) => `${deps.prefix}:pressure`

/** The server's own clock decides what is fresh, so processes need no common time. */
const WRITE = `
  local t = redis.call('TIME')
  redis.call('HSET', KEYS[1], ARGV[1], (t[1] * 1000 + math.floor(t[2] / 1000)) .. ' ' .. ARGV[2] .. ' ' .. ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])`
const READ = `
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  local n, worst = 0, 0
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    local at, count, p95 = string.match(all[i + 1], '^(%d+) (%d+) ([%d.]+)$')
    if at and now - tonumber(at) < tonumber(ARGV[1]) then
      n = n + tonumber(count)
      worst = math.max(worst, tonumber(p95))
    else
      redis.call('HDEL', KEYS[1], all[i])
    end
  end
  return { n, tostring(worst) }`

/** Reads how busy the API processes are; null while Redis does not answer. */
export async function readPressure(deps: PressureDeps): Promise<Pressure | null> {
  try {
    const [n, worst] = (await deps.redis.eval(READ, 1, keyOf(deps), FRESH_MS)) as [number, string]
    return { perSecond: Number(n), p95Ms: Number(worst) }
  } catch {
    return null
  }
}

/** One API process's report of its own pressure. */
export interface PressureReport {
  /** Notes one finished request. */
  done(durationMs: number): void
  stop(): void
}

/** Reports every second how many requests this process answered and how long they took: one small write. */
export function startPressureReport(deps: PressureDeps): PressureReport {
  const id = randomUUID()
  let times: number[] = []
  let count = 0
  const send = () => {
    const sorted = times.sort((a, b) => a - b)
    const p95 = sorted[Math.max(0, Math.ceil(sorted.length * SHARE) - 1)] ?? 0
    // an outage only means that heavy work does not know of the clinic for a moment
    deps.redis.eval(WRITE, 1, keyOf(deps), id, count, p95.toFixed(2), FRESH_MS * 2).catch(() => undefined)
    times = []
    count = 0
  }
  const timer = setInterval(send, EVERY_MS)
  return {
    done(durationMs) {
      count++
      if (times.length < KEPT_TIMES) times.push(durationMs)
    },
    stop: () => clearInterval(timer),
  }
}
