import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import { operationKeys } from './api.ts'
import type { Operation, OperationPage, OperationStatus } from './types.ts'

const ENDED: ReadonlySet<OperationStatus> = new Set(['completed', 'failed', 'cancelled', 'undone'])
const MOVING: ReadonlySet<OperationStatus> = new Set(['queued', 'active', 'undoing'])

export const isEnded = (operation: Operation): boolean => ENDED.has(operation.status)
/** Work that is told in rows; upkeep has steps of its own. */
const IN_ROWS: ReadonlySet<Operation['type']> = new Set(['import', 'report', 'export'])
export const isInRows = (operation: Operation): boolean => IN_ROWS.has(operation.type)

export const isMoving = (operation: Operation): boolean => MOVING.has(operation.status)

/** Whether `next` is at least as new as `known`; events may arrive twice, late, or behind an answer of the API. */
export function isNewer(known: Operation, next: Operation): boolean {
  if (known.version !== next.version) return next.version > known.version
  if (isEnded(known) && isMoving(next)) return false
  return next.progress.processed >= known.progress.processed
}

/** The newer of two records; a place in line that an event leaves out is kept while the operation waits. */
export function merge(known: Operation, next: Operation): Operation {
  if (!isNewer(known, next)) return known
  if (next.status !== 'queued' || next.progress.placeInLine !== null) return next
  return { ...next, progress: { ...next.progress, placeInLine: known.progress.placeInLine } }
}

type Cached = OperationPage | InfiniteData<OperationPage>

function patchPage(page: OperationPage, next: Operation): OperationPage {
  if (!page.data.some((one) => one.id === next.id)) return page
  return { ...page, data: page.data.map((one) => (one.id === next.id ? merge(one, next) : one)) }
}

/**
 * Puts an operation into every cached answer that shows it, unless what is there is newer. Lists that do not show it
 * are read again only when `isNews`: progress alone, four times a second, must never make a request.
 */
export function patchOperation(queries: QueryClient, next: Operation, isNews: boolean): void {
  queries.setQueryData<Operation>(operationKeys.one(next.id), (known) => known && merge(known, next))
  for (const [key, cached] of queries.getQueriesData<Cached>({ queryKey: operationKeys.lists })) {
    if (!cached) continue
    const pages = 'pages' in cached ? cached.pages : [cached]
    // A list with a filter of its own decides by itself whether a new operation belongs to it.
    if (!pages.some((page) => page.data.some((one) => one.id === next.id))) {
      if (isNews) void queries.invalidateQueries({ queryKey: key, exact: true }, { cancelRefetch: false })
    } else if ('pages' in cached)
      queries.setQueryData(key, { ...cached, pages: pages.map((page) => patchPage(page, next)) })
    else queries.setQueryData(key, patchPage(cached, next))
  }
}

/** What the page does with an event of the stream. */
export function applyEvent(queries: QueryClient, event: StreamEvent): void {
  if (event.name === 'reset') {
    void queries.invalidateQueries()
    return
  }
  if (!event.name.startsWith('operation.')) return
  const entity = (event.data as { entity?: Operation } | null)?.entity
  if (!entity?.id) return
  const stands = isEnded(entity) || entity.status === 'needs_review'
  patchOperation(queries, entity, stands || event.name !== 'operation.progress')
  if (stands) void queries.invalidateQueries({ queryKey: operationKeys.errors(entity.id) })
}
