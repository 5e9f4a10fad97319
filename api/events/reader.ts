import { setTimeout as pause } from 'node:timers/promises'
import type { Deps } from '../../shared/deps.ts'
import {
  awaitSince,
  hasEntry,
  readSince,
  type StreamEntry,
  streamPosition,
} from '../../shared/events/read.ts'
import { becameReady, connectForBlocking } from '../../shared/redis/connect.ts'

/** How long one read waits for an event; after a wait in vain the reader looks whether the stream is still the same. */
const BLOCK_MS = 1000
const READ_ENTRIES = 1000
const PAUSE_AFTER_ERROR_MS = 250
/** A read that takes this much longer than it may wait hangs on a dead connection. */
const HANG_MS = 5000

export interface ReaderEvents {
  /** The stream is new to this reader (at first, flushed, or more is missing than can be read): all it holds now. */
  onStart(entries: StreamEntry[]): void
  /** What follows, in order and without a gap. */
  onEntries(entries: StreamEntry[]): void
  /** The reader has seen everything that was on the stream when this pass began. */
  onCaughtUp(): void
}

/**
 * Follows the stream on a connection of its own, for one process. Whatever happens to Redis, its caller sees either
 * every entry or `onStart`.
 */
export function startReader(deps: Pick<Deps, 'config' | 'prefix' | 'log'>, events: ReaderEvents) {
  const redis = connectForBlocking(deps.config.REDIS_URL, 'events', deps.log)
  let closed = false
  let last: StreamEntry | undefined
  let giveUp = (_: Error): void => undefined

  /** Bounds a read, and ends it when the reader is closed: the driver leaves some commands without any answer then. */
  const bounded = async <T>(read: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      giveUp = reject
      timer = setTimeout(() => {
        redis.disconnect(true)
        reject(new Error('The event store does not answer'))
      }, BLOCK_MS + HANG_MS)
    })
    try {
      return await Promise.race([read, late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Reads all that is there; if the stream changes meanwhile, the next pass does it again. */
  const begin = async (): Promise<void> => {
    const { part } = await bounded(streamPosition(redis, deps.prefix))
    const all: StreamEntry[] = []
    for (let after = '-'; ; after = all.at(-1)?.redisId ?? '-') {
      const page = await bounded(readSince(redis, deps.prefix, after, READ_ENTRIES))
      all.push(...page)
      if (page.length < READ_ENTRIES) break
    }
    if (!followOn(all) || all[0]?.part !== part) return
    last = all.at(-1)
    events.onStart(all)
  }

  const isSame = async (): Promise<boolean> => {
    const { part, lastRedisId } = await bounded(streamPosition(redis, deps.prefix))
    if (part !== last?.part) return false
    // An older copy of the store may lack what was already sent; something newer is read in the next pass.
    return lastRedisId === last.redisId || bounded(hasEntry(redis, deps.prefix, last.redisId))
  }

  const pass = async (): Promise<void> => {
    if (last === undefined) return begin()
    const entries = await bounded(awaitSince(redis, deps.prefix, last.redisId, READ_ENTRIES, BLOCK_MS))
    const same = entries.length === 0 ? await isSame() : followOn([last, ...entries])
    if (!same) return begin()
    if (entries.length > 0) {
      last = entries.at(-1)
      events.onEntries(entries)
    }
    if (entries.length < READ_ENTRIES) events.onCaughtUp()
  }

  const loop = async (): Promise<void> => {
    while (!closed) {
      // Commands are not queued while Redis is away: a long absence would leave many, each to be waited for afterwards.
      if (!(await becameReady(redis, BLOCK_MS))) continue
      try {
        await pass()
      } catch (err) {
        if (closed) return
        deps.log.debug({ err }, 'event reader tries again')
        await pause(PAUSE_AFTER_ERROR_MS)
      }
    }
  }
  const ended = loop()

  return {
    async close(): Promise<void> {
      closed = true
      redis.disconnect()
      giveUp(new Error('closed'))
      await ended
    },
  }
}

/** Whether entries are of one part and none is missing between them. */
function followOn(entries: StreamEntry[]): boolean {
  return entries.every((entry, index) => {
    const before = entries[index - 1]
    return before === undefined || (entry.part === before.part && entry.seq === before.seq + 1)
  })
}
