import type { StreamEntry } from '../../shared/events/read.ts'
import { formatEvent } from './wire.ts'

/** An entry without its body, which is kept as bytes only. */
export type HeldEntry = Omit<StreamEntry, 'data'>

/** An entry with its bytes on the wire, made once for all who may see it. */
export interface HeldEvent {
  entry: HeldEntry
  wire: Buffer
}

/** Where a client stands: the number of the next entry it needs, or why that cannot be said. */
export type Place = number | 'unknown' | 'ahead'

const MAX_BYTES = 32 * 1024 ** 2
const TRIM_EVERY = 500
const ID = /^([0-9a-f]{12})-(\d{1,15})-(\d{1,10})$/

const pair = (redisId: string) => redisId.split('-').map(Number) as [number, number]

function isLater(redisId: string, than: string): boolean {
  const [ms, n] = pair(redisId)
  const [otherMs, otherN] = pair(than)
  return ms > otherMs || (ms === otherMs && n > otherN)
}

/**
 * The newest entries of the stream in memory, so that a reconnecting client costs no Redis call and replay and live
 * are one sequence: nothing can be missed or sent twice between them.
 */
export function createWindow(maxEntries: number) {
  let held: HeldEvent[] = []
  let numberOf = new Map<string, number>()
  let bytes = 0

  const firstSeq = () => held[0]?.entry.seq ?? 0
  const last = () => held.at(-1)?.entry
  const nextSeq = () => (last()?.seq ?? 0) + 1

  const drop = (count: number) => {
    for (const { entry, wire } of held.splice(0, count)) {
      numberOf.delete(entry.id)
      bytes -= wire.length
    }
  }

  return {
    last,
    nextSeq,
    firstSeq,
    add({ data, ...entry }: StreamEntry): HeldEvent {
      const event = { entry, wire: formatEvent({ id: entry.id, event: entry.type, data }) }
      held.push(event)
      numberOf.set(entry.id, entry.seq)
      bytes += event.wire.length
      if (held.length >= maxEntries + TRIM_EVERY) drop(TRIM_EVERY)
      while (bytes > MAX_BYTES && held.length > 1) drop(Math.ceil(held.length / 10))
      return event
    },
    clear(): void {
      held = []
      numberOf = new Map()
      bytes = 0
    },
    at: (seq: number): HeldEvent | undefined => held[seq - firstSeq()],
    /** What follows the event with this id. `ahead`: an id of this part that this process has not seen yet. */
    placeAfter(id: string): Place {
      const seq = numberOf.get(id)
      if (seq !== undefined) return seq + 1
      const [, part, ms, n] = ID.exec(id) ?? []
      const newest = last()
      if (part === undefined) return 'unknown'
      if (newest === undefined) return 'ahead'
      return part === newest.part && isLater(`${ms}-${n}`, newest.redisId) ? 'ahead' : 'unknown'
    },
  }
}

export type EventWindow = ReturnType<typeof createWindow>
