import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import { appointmentKeys } from './api.ts'

/** A new ticket may be somebody's arrival at another desk. */
export function applyAppointmentEvent(queries: QueryClient, event: StreamEvent): void {
  if (event.name === 'queue.created') void queries.invalidateQueries({ queryKey: appointmentKeys.all })
}
