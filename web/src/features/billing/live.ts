import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import { shiftKeys } from '../shifts/api.ts'
import { billingKeys } from './api.ts'
import type { Bill } from './types.ts'

/** Has everything of the cash desk read again. */
export function refreshBilling(queries: QueryClient): void {
  for (const queryKey of [billingKeys.bills, billingKeys.payments, shiftKeys.all])
    void queries.invalidateQueries({ queryKey })
}

/** Has the bills read again that this visit is on; others stay, since every look at one is recorded. */
function refreshBillOf(queries: QueryClient, visitId: string): void {
  void queries.invalidateQueries({
    queryKey: billingKeys.bills,
    predicate: ({ state }) => {
      const bill = state.data as Bill | undefined
      return bill === undefined || bill.visits.some((one) => one.visitId === visitId)
    },
  })
}

/** What the cash desk does with an event: a payment anywhere, or a visit that moved and may cost more by now. */
export function applyBillingEvent(queries: QueryClient, event: StreamEvent): void {
  const entity = (event.data as { entity?: { visitId?: unknown } } | null)?.entity
  if (typeof entity?.visitId !== 'string') return
  refreshBillOf(queries, entity.visitId)
  if (event.name !== 'payment.recorded') return
  void queries.invalidateQueries({ queryKey: billingKeys.payments })
  void queries.invalidateQueries({ queryKey: shiftKeys.all })
}
