import type { OperationRow } from '../../operations/repository.ts'
import type { BulkOrder } from './schema.ts'

/** Phase of an import whose pairs are looked for or decided; also while it waits for decisions. */
export const DUPLICATES_PHASE = 'duplicates'

/** What the worker is to do, kept in the operation's cursor from the request to the end. */
export interface DeskTask {
  what: 'find' | 'decide'
  /** How the operation stood before, apart from this desk. */
  base: { status: 'completed' | 'needs_review'; phase: string | null }
  /** Who decided: merges are theirs. */
  by: string | null
  /** One decision for all that wait; single ones stand with their pairs. */
  all?: BulkOrder
}

/** How far it is. Stages: by telephone and number, by day of birth; pairs that are decided. */
export interface DeskCursor {
  task: DeskTask
  stage: 'keys' | 'days' | 'pairs'
  /** The last id or day that is done. */
  after: string
  /** Telephones and birthdays that too many share to say anything. */
  crowded: number
}

const isDesk = (row: Pick<OperationRow, 'phase'>): boolean => row.phase === DUPLICATES_PHASE

const cursorOf = (row: Pick<OperationRow, 'cursor_state'>): DeskCursor | undefined =>
  (row.cursor_state as { at?: DeskCursor } | null)?.at

/** How an operation stands apart from the desk: one that waits for the desk alone has been completed. */
export function baseOf(row: OperationRow): DeskTask['base'] {
  const before = isDesk(row) ? cursorOf(row)?.task?.base : undefined
  if (before !== undefined) return before
  return { status: row.status === 'needs_review' ? 'needs_review' : 'completed', phase: row.phase }
}

/** Where a new task begins. */
export const beginningOf = (task: DeskTask): DeskCursor => ({
  task,
  stage: task.what === 'find' ? 'keys' : 'pairs',
  after: '0',
  crowded: 0,
})
