import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import { appointmentKeys } from './api.ts'

/** Has the calendars that are shown read again. */
export function refreshAppointments(queries: QueryClient): void {
  void queries.invalidateQueries({ queryKey: appointmentKeys.all })
}

/** An appointment was booked, changed, or follows its ticket: its event says which, and not whose. */
export function applyAppointmentEvent(queries: QueryClient, event: StreamEvent): void {
  if (event.name === 'appointment.changed') refreshAppointments(queries)
}
