import type { Deps } from '../../shared/deps.ts'
import type { Topic } from '../../shared/events/registry.ts'
import { STREAM_MAX_ENTRIES } from '../../shared/events/stream.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { mayRead } from './audience.ts'
import { startReader } from './reader.ts'
import type { SseStream } from './sse.ts'
import { createWindow, type HeldEntry } from './window.ts'
import { formatEvent } from './wire.ts'

/** Who listens to what. `entityId` narrows it to one thing; `lastEventId` as the client sent it, unchecked. */
export interface Subscription {
  principal: Principal
  sessionId: string
  topics: readonly Topic[]
  entityId?: string
  lastEventId?: string
}

/** One client and its place in the stream. */
export interface Client {
  stream: SseStream
  who: Subscription
  /** Number of the entry it needs next; 0 while its place is not known. */
  next: number
  /** Number of the last entry whose id it was told. */
  told: number
  /** Pass of the reader after which an id that has not come is known never to come. */
  givesUpAtPass: number
  /** It came before the stream could be read, so what happened meanwhile is not known. */
  cameEarly: boolean
}

const NOTHING = Buffer.alloc(0)
const RESET = formatEvent({ event: 'reset', data: '{}' })
/** A pass that began before the client came proves nothing, so two must end. */
const PASSES_TO_WAIT = 2

/**
 * Feeds clients from the stream: finds the place of each by its last id, brings it up to date, then sends what comes.
 * `clients` is the caller's set of open clients; one that is taken out gets nothing more.
 */
export function createFeed(deps: Deps, clients: ReadonlySet<Client>) {
  const window = createWindow(STREAM_MAX_ENTRIES)
  let passes = 0
  let eventsSent = 0

  const sendIfVisible = (client: Client, entry: HeldEntry, wire: Buffer): boolean => {
    client.next = entry.seq + 1
    if (!mayRead(client.who, entry)) return true
    client.told = entry.seq
    eventsSent++
    return client.stream.send(wire)
  }

  /**
   * Sends bytes, and before them, in the same write, where the client stands if nothing was sent to it since: so that
   * it can resume from there.
   */
  const sendWithPlace = (client: Client, bytes: Buffer): void => {
    const last = window.last()
    if (last === undefined || client.next !== last.seq + 1 || client.told === last.seq)
      client.stream.send(bytes)
    else {
      client.told = last.seq
      client.stream.send(Buffer.concat([formatEvent({ id: last.id }), bytes]))
    }
  }

  const jumpToEnd = (client: Client, reset: boolean): void => {
    client.next = window.nextSeq()
    client.told = 0
    sendWithPlace(client, reset ? RESET : NOTHING)
  }

  /** Sends what a client still lacks, as fast as it takes it. */
  const catchUp = (client: Client): void => {
    while (clients.has(client) && client.next < window.nextSeq()) {
      const held = window.at(client.next)
      if (held === undefined) jumpToEnd(client, true)
      else if (!sendIfVisible(client, held.entry, held.wire)) {
        client.stream.onceDrained(() => catchUp(client))
        return
      }
    }
  }

  /**
   * Sends what has just come. A burst of more than may wait unsent goes out at the client's pace: nothing leaves this
   * process while it is being written, so that says nothing of the reader. One that was behind before is cut.
   */
  const sendNew = (client: Client, entry: HeldEntry, wire: Buffer, wasBehind: ReadonlySet<Client>): void => {
    if (wasBehind.has(client) || client.stream.hasRoomFor(wire.length)) sendIfVisible(client, entry, wire)
    else client.stream.onceDrained(() => catchUp(client))
  }

  /** Finds a client's place; one whose id is newer than ours waits for the reader to get there. */
  const settle = (client: Client): void => {
    if (window.last() === undefined) return
    const { lastEventId } = client.who
    const place = lastEventId === undefined ? 'unknown' : window.placeAfter(lastEventId)
    if (place === 'ahead' && passes < client.givesUpAtPass) return
    if (typeof place === 'number') {
      client.next = place
      client.told = place - 1
      catchUp(client)
    } else jumpToEnd(client, lastEventId !== undefined || client.cameEarly)
  }

  const settleWaiting = (): void => {
    for (const client of clients) if (client.next === 0) settle(client)
  }

  const reader = startReader(deps, {
    onStart(entries) {
      window.clear()
      for (const entry of entries) window.add(entry)
      for (const client of clients) if (client.next > 0) jumpToEnd(client, true)
      settleWaiting()
    },
    onEntries(entries) {
      const behind = new Set([...clients].filter(({ stream }) => stream.isBehind()))
      for (const entry of entries) {
        const { wire } = window.add(entry)
        for (const client of clients) if (client.next === entry.seq) sendNew(client, entry, wire, behind)
      }
      settleWaiting()
    },
    onCaughtUp() {
      passes++
      settleWaiting()
    },
  })

  return {
    join(stream: SseStream, who: Subscription): Client {
      const cameEarly = window.last() === undefined
      return { stream, who, next: 0, told: 0, givesUpAtPass: passes + PASSES_TO_WAIT, cameEarly }
    },
    settle,
    sendWithPlace,
    ready: () => window.last() !== undefined,
    eventsSent: () => eventsSent,
    close: () => reader.close(),
  }
}
