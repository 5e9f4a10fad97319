import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from 'react'
import { applyAppointmentEvent, refreshAppointments } from '../features/appointments/live.ts'
import { fetchMe } from '../features/auth/api.ts'
import type { User } from '../features/auth/types.ts'
import { applyBackupEvent } from '../features/backups/live.ts'
import { applyBillingEvent, refreshBilling } from '../features/billing/live.ts'
import { applyDashboardEvent } from '../features/dashboard/live.ts'
import { applyDispensingEvent, refreshDispensing } from '../features/dispensing/live.ts'
import { operationKeys } from '../features/operations/api.ts'
import { applyEvent } from '../features/operations/live.ts'
import { patientKeys } from '../features/patients/api.ts'
import { queueKeys } from '../features/queue/api.ts'
import { applyQueueEvent } from '../features/queue/live.ts'
import { applyFilesEvent } from '../features/reports/live.ts'
import { applyStockEvent } from '../features/stock/live.ts'
import type { LinkState } from '../lib/event-source.ts'
import { type SharedEvents, shareEvents } from '../lib/events.ts'
import { announceEnd, announceOffline } from './announce.tsx'

const NAMES = [
  'reset',
  'operation.queued',
  'operation.progress',
  'operation.completed',
  'operation.failed',
  'operation.cancelled',
  'operation.undone',
  'queue.created',
  'queue.updated',
  'queue.called',
  'queue.removed',
  'payment.recorded',
  'patient.merged',
  'patient.unmerged',
  'display.acknowledged',
  'display.offline',
  'appointment.changed',
  'stock.changed',
] as const

const CHANGES_FILE = new Set<string>([
  'operation.completed',
  'operation.undone',
  'patient.merged',
  'patient.unmerged',
])

/** Topics beside one's own operations, and what it takes to listen to them: any of these. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  queue: ['queue.view'],
  appointments: ['appointments.view', 'appointments.own'],
  stock: ['stock.view'],
}

const LiveContext = createContext<SharedEvents | null>(null)

interface LiveEventsProps {
  enabled: boolean
  user: User
  children: ReactNode
}

/** Opens the stream for the signed-in person and lets every cached answer follow it. */
export function LiveEvents({ enabled, user, children }: LiveEventsProps) {
  const queries = useQueryClient()
  const [events, setEvents] = useState<SharedEvents | null>(null)
  const may: readonly string[] = user.permissions
  const topics = [
    'operations',
    ...Object.keys(TOPICS).filter((topic) => TOPICS[topic]?.some((each) => may.includes(each))),
  ].join()
  useEffect(() => {
    if (!enabled) return
    const stream = shareEvents({
      topics: topics.split(','),
      names: NAMES,
      // A stream cannot say why it was refused; an ordinary read can, and leads to sign-in if need be.
      onRefused: () => void fetchMe().catch(() => {}),
    })
    const stop = stream.onEvent((event) => {
      applyEvent(queries, event)
      // An import that ended, or was taken back, has changed the patient file; so have two records made one.
      if (CHANGES_FILE.has(event.name)) void queries.invalidateQueries({ queryKey: patientKeys.all })
      applyQueueEvent(queries, event)
      applyBillingEvent(queries, event)
      applyDispensingEvent(queries, event)
      applyDashboardEvent(queries, event)
      applyAppointmentEvent(queries, event)
      applyStockEvent(queries, event)
      applyFilesEvent(queries, event)
      applyBackupEvent(queries, event)
      announceEnd(event, user.id)
      announceOffline(event)
    })
    // What happened between the first read and the opening of the stream was told to nobody: read again.
    const stopState = stream.onState(() => {
      if (stream.state() !== 'live') return
      // What could not be read while the server was away is read now; nobody has to press anything.
      void queries.invalidateQueries({ predicate: ({ state }) => state.error !== null })
      void queries.invalidateQueries({ queryKey: operationKeys.all })
      void queries.invalidateQueries({ queryKey: queueKeys.board })
      void queries.invalidateQueries({ queryKey: queueKeys.stats })
      refreshBilling(queries)
      refreshDispensing(queries)
      refreshAppointments(queries)
    })
    setEvents(stream)
    return () => {
      stop()
      stopState()
      stream.close()
    }
  }, [queries, enabled, user.id, topics])
  return <LiveContext value={events}>{children}</LiveContext>
}

const NEVER = (): (() => void) => () => {}

/** Whether changes arrive by themselves at present. */
export function useLinkState(): LinkState {
  const events = use(LiveContext)
  return useSyncExternalStore(events?.onState ?? NEVER, () => events?.state() ?? 'reconnecting')
}
