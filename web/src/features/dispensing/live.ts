import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import type { Ticket } from '../queue/types.ts'
import { stockKeys } from '../stock/api.ts'
import { dispensingKeys } from './api.ts'
import type { DispensingItem } from './types.ts'

/** Has everything of the dispensary read again. */
export function refreshDispensing(queries: QueryClient): void {
  void queries.invalidateQueries({ queryKey: dispensingKeys.all })
  void queries.invalidateQueries({ queryKey: stockKeys.all })
}

const has = (lines: unknown, ticketId: string): boolean =>
  Array.isArray(lines) && (lines as DispensingItem[]).some(({ ticket }) => ticket?.id === ticketId)

/**
 * What the dispensary does with an event of the queue. Every look at its lists is recorded, so they are read again only
 * for a ticket that stands on them or comes to them.
 */
export function applyDispensingEvent(queries: QueryClient, event: StreamEvent): void {
  if (!event.name.startsWith('queue.')) return
  const ticket = (event.data as { entity?: Partial<Ticket> } | null)?.entity
  if (typeof ticket?.id !== 'string') return
  const { id, status } = ticket
  void queries.invalidateQueries({
    queryKey: dispensingKeys.visits,
    predicate: ({ state }) => has(state.data, id),
  })
  if (status !== 'dispensing' && !has(queries.getQueryData(dispensingKeys.work), id)) return
  void queries.invalidateQueries({ queryKey: dispensingKeys.work })
  void queries.invalidateQueries({ queryKey: stockKeys.all })
}
