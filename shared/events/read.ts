import type { Redis } from 'ioredis'
import { script } from '../redis/script.ts'
import { eventKeys, newPart, STREAM_LUA } from './stream.ts'

/** One entry of the stream as its readers use it. */
export interface StreamEntry {
  /** `<part>-<ms>-<n>`, the id on the wire. */
  id: string
  /** Id within the stream, `<ms>-<n>`. */
  redisId: string
  part: string
  /** Number of the entry in its part, without gaps. */
  seq: number
  topic: string
  type: string
  ownerId: string
  entityId: string
  /** The event's body, JSON. */
  data: string
}

type RawEntry = [id: string, fields: string[]]

// Names and values stand in the order in which the stream's script adds them.
function parseEntry([redisId, fields]: RawEntry): StreamEntry {
  const [, part = '', , seq, , topic = '', , type = '', , ownerId = '', , entityId = '', , data = ''] = fields
  return { id: `${part}-${redisId}`, redisId, part, seq: Number(seq), topic, type, ownerId, entityId, data }
}

const POSITION = script(`${STREAM_LUA}
local name = part(ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 0 then add(name, '', 'start', '', '', '') end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
return {name, last[1][1]}
`)

/** Part and last id of the stream; a stream that is not there is begun, so that there is always an id to resume from. */
export async function streamPosition(
  redis: Redis,
  prefix: string,
): Promise<{ part: string; lastRedisId: string }> {
  const { stream, meta } = eventKeys(prefix)
  const [part, lastRedisId] = (await POSITION(redis, [stream, meta], [newPart()])) as [string, string]
  return { part, lastRedisId }
}

/** Entries after an id (`-` for all), oldest first, at most `count`. */
export async function readSince(
  redis: Redis,
  prefix: string,
  afterRedisId: string,
  count: number,
): Promise<StreamEntry[]> {
  const from = afterRedisId === '-' ? '-' : `(${afterRedisId}`
  const raw = await redis.xrange(eventKeys(prefix).stream, from, '+', 'COUNT', count)
  return (raw as RawEntry[]).map(parseEntry)
}

/** Whether the stream still holds this entry. */
export async function hasEntry(redis: Redis, prefix: string, redisId: string): Promise<boolean> {
  return (await redis.xrange(eventKeys(prefix).stream, redisId, redisId)).length === 1
}

/** As {@link readSince}, but waits up to `blockMs` for the first entry; the connection must be one for blocking. */
export async function awaitSince(
  redis: Redis,
  prefix: string,
  afterRedisId: string,
  count: number,
  blockMs: number,
): Promise<StreamEntry[]> {
  const { stream } = eventKeys(prefix)
  const raw = await redis.xread('COUNT', count, 'BLOCK', blockMs, 'STREAMS', stream, afterRedisId)
  return ((raw?.[0]?.[1] ?? []) as RawEntry[]).map(parseEntry)
}
