import type { QueryClient } from '@tanstack/react-query'
import type { StreamEvent } from '../../lib/event-source.ts'
import type { Operation } from '../operations/types.ts'
import { backupKeys } from './api.ts'

const UPKEEP = new Set<string>(['backup', 'proof', 'maintenance'])
const ENDS = new Set(['operation.completed', 'operation.failed', 'operation.cancelled'])

/** A backup or a proof that ended has changed the list, and a schedule that rang its next time. */
export function applyBackupEvent(queries: QueryClient, event: StreamEvent): void {
  if (!ENDS.has(event.name)) return
  const entity = (event.data as { entity?: Operation } | null)?.entity
  if (entity !== undefined && UPKEEP.has(entity.type))
    void queries.invalidateQueries({ queryKey: backupKeys.all })
}
