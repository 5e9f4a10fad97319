import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import { fetchBoard, queueKeys } from './api.ts'
import { OPEN, type Ticket } from './types.ts'

/** How often the figures are read again at most while tickets move, ms. */
const STATS_EVERY_MS = 5_000

/** The order in which those who wait are called. */
export const inTurn = (a: Ticket, b: Ticket): number =>
  a.order[0] - b.order[0] || a.order[1] - b.order[1] || Number(a.id) - Number(b.id)

/** A list with this ticket as it is now, unless the list knows a newer one; who has left the states is left out. */
export function withTicket(tickets: readonly Ticket[], next: Ticket): readonly Ticket[] {
  const known = tickets.find(({ id }) => id === next.id)
  if (known !== undefined && known.version > next.version) return tickets
  const others = tickets.filter(({ id }) => id !== next.id)
  return OPEN.includes(next.status) ? [...others, next].sort(inTurn) : others
}

/** How many reads of the board are under way, and the tickets that were told of meanwhile, by id. */
let reads = 0
const told = new Map<string, Ticket>()

/** Everybody who is in the house, in turn; what is told of during the read is newer than its answer may be. */
export async function readBoard(signal?: AbortSignal): Promise<readonly Ticket[]> {
  if (reads++ === 0) told.clear()
  try {
    const read = (await fetchBoard(signal)).toSorted(inTurn)
    return [...told.values()].reduce(withTicket, read as readonly Ticket[])
  } finally {
    reads--
  }
}

/** Puts a ticket of today on the board that is shown. */
export function patchTicket(queries: QueryClient, next: Ticket): void {
  if (reads > 0 && (told.get(next.id)?.version ?? 0) <= next.version) told.set(next.id, next)
  queries.setQueryData<readonly Ticket[]>(queueKeys.board, (known) => known && withTicket(known, next))
}

let statsAtMs = 0
let statsLater: ReturnType<typeof setTimeout> | undefined

/** Has the figures read again, once for many moves. */
function refreshStats(queries: QueryClient): void {
  if (statsLater !== undefined) return
  statsLater = setTimeout(
    () => {
      statsLater = undefined
      statsAtMs = Date.now()
      void queries.invalidateQueries({ queryKey: queueKeys.stats })
      void queries.invalidateQueries({ queryKey: queueKeys.ended })
    },
    Math.max(0, statsAtMs + STATS_EVERY_MS - Date.now()),
  )
}

/** Where a call was shown or spoken, by the call's id. */
export interface Acknowledgement {
  id: string
  display: string
  shownAt: string | null
  spokenAt: string | null
}

export const ackKey = (callId: string): readonly string[] => ['queue', 'acks', callId]

/** What the page does with an event of the queue. */
export function applyQueueEvent(queries: QueryClient, event: StreamEvent): void {
  const entity = (event.data as { entity?: unknown } | null)?.entity
  if (event.name === 'display.acknowledged') {
    const ack = entity as Acknowledgement
    queries.setQueryData<Acknowledgement>(ackKey(ack.id), ack)
    return
  }
  if (!event.name.startsWith('queue.')) return
  patchTicket(queries, entity as Ticket)
  refreshStats(queries)
}
