import type { EventEnvelope, EventType } from '../events/registry.ts'
import type { OperationRow } from './repository.ts'
import type { OperationStatus } from './schema.ts'
import { viewOperation } from './view.ts'

const EVENT_OF_STATUS: Partial<Record<OperationStatus, EventType>> = {
  queued: 'operation.queued',
  completed: 'operation.completed',
  failed: 'operation.failed',
  cancelled: 'operation.cancelled',
  undone: 'operation.undone',
}

/** The event that tells of an operation's present state; states without an event of their own go as progress. */
export function operationEvent(
  row: OperationRow,
  at: Date,
  placeInLine: number | null = null,
): EventEnvelope {
  return {
    topic: 'operations',
    ownerId: row.created_by,
    body: {
      type: EVENT_OF_STATUS[row.status] ?? 'operation.progress',
      at: at.toISOString(),
      entity: viewOperation(row, placeInLine),
    },
  }
}
