import { Redis } from 'ioredis'
import type { Logger } from '../log/log.ts'
import { batchWrites } from './batch.ts'
import { cutWhenSilent } from './watchdog.ts'

/** Longest silence of the server on a request's connection. */
const SILENCE_MAX_MS = 1000
const RECONNECT_MAX_MS = 2000

/** Waits 50 ms, 100 ms … 2 s between tries, with jitter so that processes do not return in step. */
const retryStrategy = (times: number) =>
  Math.min(RECONNECT_MAX_MS, 50 * 2 ** Math.min(times, 6)) * (0.5 + Math.random() / 2)

function watch(redis: Redis, name: string, log: Logger | undefined): Redis {
  let down = false
  redis.on('error', (error: Error & { code?: string }) => {
    if (!down) log?.warn({ redis: name, code: error.code ?? error.name }, 'redis away')
    down = true
  })
  redis.on('ready', () => {
    if (down) log?.info({ redis: name }, 'redis back')
    down = false
  })
  return redis
}

/**
 * A connection for the request path: a dead server fails a command at once, a frozen one within a second.
 * Nothing waits in an offline queue, so a request never hangs on Redis.
 */
export function connectForRequests(url: string, name: string, log?: Logger): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    // whatever waits for an answer fails as soon as the connection closes
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    connectTimeout: 5000,
    autoResendUnfulfilledCommands: false,
    retryStrategy,
  })
  batchWrites(redis)
  cutWhenSilent(redis, SILENCE_MAX_MS)
  return watch(redis, name, log)
}

/** A connection for blocking reads (job workers, the event reader): waits for ever and reconnects by itself. */
export function connectForBlocking(url: string, name: string, log?: Logger): Redis {
  return watch(
    new Redis(url, { connectionName: name, maxRetriesPerRequest: null, connectTimeout: 5000, retryStrategy }),
    name,
    log,
  )
}

/** Waits until a connection has been ready once, at most `withinMs`; answers whether it is. */
export async function becameReady(redis: Redis, withinMs: number): Promise<boolean> {
  if (redis.status === 'ready') return true
  return new Promise((resolve) => {
    const done = (ready: boolean) => {
      clearTimeout(timer)
      redis.off('ready', onReady)
      resolve(ready)
    }
    const onReady = () => done(true)
    const timer = setTimeout(() => done(false), withinMs)
    redis.once('ready', onReady)
  })
}
