import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Deps } from '../deps.ts'

type RegistryDeps = Pick<Deps, 'redis' | 'prefix'>

const BEAT_EVERY_MS = 5000
/** A worker that missed two beats is gone. */
const ALIVE_FOR_MS = 15_000

const keyOf = (deps: RegistryDeps) => `${deps.prefix}:workers`

/** The server's own clock decides, so workers on several machines need no common time. */
const BEAT = `
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])`

const COUNT = `
  local t = redis.call('TIME')
  return redis.call('ZCOUNT', KEYS[1], t[1] * 1000 + math.floor(t[2] / 1000) - ARGV[1], '+inf')`

/** Number of worker processes that said within the last 15 s that they live. */
export async function countWorkers(deps: RegistryDeps): Promise<number> {
  return Number(await deps.redis.eval(COUNT, 1, keyOf(deps), ALIVE_FOR_MS))
}

/** One worker's entry among the living ones. */
export interface Registration {
  id: string
  /** Takes the entry out at once, so that an ordered shutdown is seen without delay. */
  stop(): Promise<void>
}

/** Says every 5 s that this worker lives. Redis being away is no reason to stop working, so failures pass silently. */
export async function registerWorker(deps: RegistryDeps, beatEveryMs = BEAT_EVERY_MS): Promise<Registration> {
  const id = `${hostname()}:${process.pid}:${randomUUID()}`
  const beat = () => deps.redis.eval(BEAT, 1, keyOf(deps), id, ALIVE_FOR_MS).catch(() => undefined)
  const timer = setInterval(beat, beatEveryMs)
  await beat()
  return {
    id,
    async stop() {
      clearInterval(timer)
      await deps.redis.zrem(keyOf(deps), id).catch(() => undefined)
    },
  }
}
