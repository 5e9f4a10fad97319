import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import { dashboardKeys } from './api.ts'

/** How often the figures are read again at most while the clinic works, ms. */
const EVERY_MS = 5_000

/** Events after which the figures of a day are others. */
const CHANGES = /^(queue\.|payment\.|patient\.)/

let lastMs = 0
let later: ReturnType<typeof setTimeout> | undefined

/** Has the figures read again that are on a screen, once for many events. */
export function applyDashboardEvent(queries: QueryClient, event: StreamEvent): void {
  if (!CHANGES.test(event.name) || later !== undefined) return
  later = setTimeout(
    () => {
      later = undefined
      lastMs = Date.now()
      void queries.invalidateQueries({ queryKey: dashboardKeys.all })
    },
    Math.max(0, lastMs + EVERY_MS - Date.now()),
  )
}
