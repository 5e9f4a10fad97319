import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'

/** A Lua command: one round trip, atomic. */
export interface Script {
  lua: string
  sha: string
}

const script = (lua: string): Script => ({ lua, sha: hash('sha1', lua, 'hex') })

type Arg = string | number | Buffer

/** Runs a command by its hash, or by its text where the server does not know it yet. Answers come as Buffers. */
export async function run(redis: Redis, command: Script, keys: string[], args: Arg[]): Promise<unknown> {
  try {
    return await redis.callBuffer('EVALSHA', command.sha, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return redis.callBuffer('EVAL', command.lua, keys.length, ...keys, ...args)
  }
}

/** The domain's token, a new one if it is gone (evicted, flushed): what was stored under the old one stays unreachable. */
const TOKEN = `
local t = redis.call('GET', KEYS[1])
if not t then t = ARGV[1]; redis.call('SET', KEYS[1], t, 'PX', ARGV[2]) end`

/**
 * KEYS era; ARGV newToken, tokenTtlMs, base, held, id, variant → {era, value?}; 1 in place of a value that begins with
 * the header `held` (not empty): the asker has it.
 */
export const GET_ONE = script(`${TOKEN}
local v = redis.call('HGET', ARGV[3] .. t .. ':' .. ARGV[5], ARGV[6])
if v and ARGV[4] ~= '' and string.sub(v, 1, #ARGV[4]) == ARGV[4] then return {t, 1} end
return {t, v}`)

/** KEYS generation; ARGV newToken, tokenTtlMs, base, held, key → as {@link GET_ONE}. */
export const GET_LIST = script(`${TOKEN}
local key = ARGV[3] .. t .. ':' .. ARGV[5]
if ARGV[4] ~= '' and redis.call('GETRANGE', key, 0, #ARGV[4] - 1) == ARGV[4] then return {t, 1} end
return {t, redis.call('GET', key)}`)

/**
 * KEYS hash; ARGV variant, token, leaseMs → {'v', value} somebody filled it · {'h', token} somebody is filling it ·
 * {'m'} the lease is mine. Leases lie in the hash of the thing, so that one removal takes values and leases.
 */
export const LEASE_ONE = script(`
local v = redis.call('HGET', KEYS[1], ARGV[1])
if v then return {'v', v} end
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local held = redis.call('HGET', KEYS[1], '~' .. ARGV[1])
if held then
  local token, ends = string.match(held, '^(%S+) (%d+)$')
  if token and tonumber(ends) > ms then return {'h', token} end
end
redis.call('HSET', KEYS[1], '~' .. ARGV[1], ARGV[2] .. ' ' .. (ms + ARGV[3]))
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return {'m'}`)

/** KEYS hash; ARGV variant, token, value, ttlMs → 1 stored, 0 the lease is gone: a commit came in between. */
export const PUT_ONE = script(`
local held = redis.call('HGET', KEYS[1], '~' .. ARGV[1])
if not held or string.match(held, '^%S+') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], '~' .. ARGV[1])
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1`)

/** KEYS value, lock; ARGV token, leaseMs → as {@link LEASE_ONE}. */
export const LEASE_LIST = script(`
local v = redis.call('GET', KEYS[1])
if v then return {'v', v} end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return {'m'} end
return {'h', redis.call('GET', KEYS[2])}`)

/** KEYS value, lock; ARGV token, value, ttlMs → 1. Always stored: a later generation has another key. */
export const PUT_LIST = script(`
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`)

/** KEYS era, generation; ARGV newGeneration, tokenTtlMs, base, ids… : lists turn old, the things lose values and leases. */
export const INVALIDATE = script(`
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local era = redis.call('GET', KEYS[1])
if era then
  for i = 4, #ARGV do redis.call('UNLINK', ARGV[3] .. era .. ':' .. ARGV[i]) end
end
return 1`)
