import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

/** Runs a Lua script: `keys` and `args` as the script sees them. Throws the driver's errors. */
export type Script = (redis: Redis, keys: string[], args: (string | number)[]) => Promise<unknown>

/** A Lua script that is sent by its hash, and in full only to a server that does not know it (yet, or any more). */
export function script(lua: string): Script {
  const sha = createHash('sha1').update(lua).digest('hex')
  return async (redis, keys, args) => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return redis.eval(lua, keys.length, ...keys, ...args)
    }
  }
}
