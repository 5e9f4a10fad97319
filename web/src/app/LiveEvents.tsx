import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from 'react'
import { fetchMe } from '../features/auth/api.ts'
import { operationKeys } from '../features/operations/api.ts'
import { applyEvent } from '../features/operations/live.ts'
import { patientKeys } from '../features/patients/api.ts'
import type { LinkState } from '../lib/event-source.ts'
import { type SharedEvents, shareEvents } from '../lib/events.ts'
import { announceEnd } from './announce.tsx'

const NAMES = [
  'reset',
  'operation.queued',
  'operation.progress',
  'operation.completed',
  'operation.failed',
  'operation.cancelled',
  'operation.undone',
] as const

const LiveContext = createContext<SharedEvents | null>(null)

interface LiveEventsProps {
  enabled: boolean
  userId: string
  children: ReactNode
}

/** Opens the stream for the signed-in person and lets every cached answer follow it. */
export function LiveEvents({ enabled, userId, children }: LiveEventsProps) {
  const queries = useQueryClient()
  const [events, setEvents] = useState<SharedEvents | null>(null)
  useEffect(() => {
    if (!enabled) return
    const stream = shareEvents({
      topics: ['operations'],
      names: NAMES,
      // A stream cannot say why it was refused; an ordinary read can, and leads to sign-in if need be.
      onRefused: () => void fetchMe().catch(() => {}),
    })
    const stop = stream.onEvent((event) => {
      applyEvent(queries, event)
      // An import that ended, or was taken back, has changed the patient file.
      if (event.name === 'operation.completed' || event.name === 'operation.undone')
        void queries.invalidateQueries({ queryKey: patientKeys.all })
      announceEnd(event, userId)
    })
    // What happened between the first read and the opening of the stream was told to nobody: read again.
    const stopState = stream.onState(() => {
      if (stream.state() === 'live') void queries.invalidateQueries({ queryKey: operationKeys.all })
    })
    setEvents(stream)
    return () => {
      stop()
      stopState()
      stream.close()
    }
  }, [queries, enabled, userId])
  return <LiveContext value={events}>{children}</LiveContext>
}

const NEVER = (): (() => void) => () => {}

/** Whether changes arrive by themselves at present. */
export function useLinkState(): LinkState {
  const events = use(LiveContext)
  return useSyncExternalStore(events?.onState ?? NEVER, () => events?.state() ?? 'reconnecting')
}
