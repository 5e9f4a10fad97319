import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import { stockKeys } from './api.ts'

/** Something of a medicine came or went: whatever shows what is left is read again. */
export function applyStockEvent(queries: QueryClient, event: StreamEvent): void {
  if (event.name === 'stock.changed') void queries.invalidateQueries({ queryKey: stockKeys.all })
}
