import { randomBytes } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { script } from '../redis/script.ts'
import type { EventEnvelope } from './registry.ts'

/** What the stream functions need of a process. */
export type StreamDeps = Pick<Deps, 'redis' | 'prefix' | 'log'>

/** Newest entries that Redis keeps for replay; it trims in whole blocks, so some more may be there. */
export const STREAM_MAX_ENTRIES = 10_000
/** Older entries go too, so that no record of a quiet clinic stays in Redis for weeks. */
const STREAM_KEEP_MS = 48 * 3_600_000
const PART_BYTES = 6

/** Redis keys of the events of one installation. */
export const eventKeys = (prefix: string) => ({
  /** The one stream of all topics. */
  stream: `${prefix}:events`,
  /** Hash: `part`, the stream's random name, and `seq`, how many entries it ever got. */
  meta: `${prefix}:events:meta`,
  /** Outbox ids that are in the stream and may still be in the table. */
  published: `${prefix}:events:published`,
  /** Who relays the outbox at present. */
  lease: `${prefix}:events:lease`,
  /** Pub/sub channel that wakes the relay. */
  bell: `${prefix}:events:bell`,
  /** Hash: figures of each API process's hub. */
  hubs: `${prefix}:events:hubs`,
})

export const newPart = (): string => randomBytes(PART_BYTES).toString('hex')

/**
 * Lua shared by all writers. Each entry carries the part and a number without gaps: a reader that meets another part
 * or a leap knows that it missed something, whatever happened to the store (flushed, trimmed, an older copy).
 * A stream that is gone begins again under a new part.
 */
export const STREAM_LUA = `
local function part(new)
  local name = redis.call('HGET', KEYS[2], 'part')
  if name and redis.call('EXISTS', KEYS[1]) == 1 then return name end
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[2], 'part', new)
  return new
end
local function add(name, topic, type, owner, entity, data)
  local seq = redis.call('HINCRBY', KEYS[2], 'seq', 1)
  local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ${STREAM_MAX_ENTRIES}, '*', 'p', name, 's', seq,
    't', topic, 'n', type, 'o', owner, 'i', entity, 'd', data)
  local now = redis.call('TIME')
  redis.call('XTRIM', KEYS[1], 'MINID', '~', (now[1] * 1000 - ${STREAM_KEEP_MS}) .. '-0')
  return id
end
`

const ADD = script(`${STREAM_LUA}
return add(part(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
`)

/** An event as the fields that the Lua above takes: topic, type, owner, entity id, `data` as JSON. */
export function entryFields({ topic, ownerId, body }: EventEnvelope): string[] {
  return [topic, body.type, ownerId ?? '', body.entity.id, JSON.stringify(body)]
}

/**
 * Puts an event on the stream at once, without the outbox: for progress, which the next report replaces.
 * Never throws and is dropped while Redis is away, so that it cannot hurt the work it tells of.
 */
export async function publish(deps: StreamDeps, envelope: EventEnvelope): Promise<void> {
  const { stream, meta } = eventKeys(deps.prefix)
  try {
    await ADD(deps.redis, [stream, meta], [newPart(), ...entryFields(envelope)])
  } catch {
    deps.log.debug({ type: envelope.body.type }, 'event dropped, redis away')
  }
}
