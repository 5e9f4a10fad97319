import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import type { Operation } from '../operations/types.ts'
import { fileKeys } from './api.ts'

/** A report or an export that is done has put a file on the shelf. */
export function applyFilesEvent(queries: QueryClient, event: StreamEvent): void {
  if (event.name !== 'operation.completed') return
  const entity = (event.data as { entity?: Operation } | null)?.entity
  if (entity?.type === 'report' || entity?.type === 'export')
    void queries.invalidateQueries({ queryKey: fileKeys.all })
}
