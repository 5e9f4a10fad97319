import { ERRORS, type ErrorRule } from '../../../../shared/errors/table.ts'
import type { OperationMove } from './api.ts'
import { optionsOf } from './options.ts'
import type { Operation, OperationStatus } from './types.ts'

/** From which states each move may be asked for; the server has the last word. */
const MOVES: Record<OperationMove, ReadonlySet<OperationStatus>> = {
  cancel: new Set(['queued', 'active', 'needs_review']),
  retry: new Set(['failed', 'cancelled']),
  undo: new Set(['completed', 'failed', 'cancelled']),
  release: new Set(['needs_review']),
}

const FIRST_SERVER_FAULT = 500

/** Whether the same work may go better another time: a file that is no table stays none, a full disk does not. */
function mayChange(code: unknown): boolean {
  const rules: Readonly<Record<string, ErrorRule>> = ERRORS
  const rule = typeof code === 'string' && Object.hasOwn(rules, code) ? rules[code] : undefined
  return rule === undefined || rule.retry || rule.status >= FIRST_SERVER_FAULT
}

const isRehearsal = (operation: Operation): boolean => optionsOf(operation).dryRun === true

/** Whether going on from the last checkpoint can be of use. */
export const mayContinue = (operation: Operation): boolean =>
  MOVES.retry.has(operation.status) && (operation.status !== 'failed' || mayChange(operation.error?.code))

/** Whether a rehearsal waits to be imported or closed. */
export const waitsForDecision = (operation: Operation): boolean =>
  isRehearsal(operation) && MOVES.release.has(operation.status)

/** Whether an import is done, and people of it who may be in the file twice are to be decided about. */
export const waitsForDesk = ({ status, phase }: Operation): boolean =>
  status === 'needs_review' && phase === 'duplicates'

/** What of an operation's moves is to be offered now. */
export function movesOf(operation: Operation): ReadonlySet<OperationMove> {
  const written = (operation.counts?.inserted ?? 0) + (operation.counts?.updated ?? 0)
  const offered: Record<OperationMove, boolean> = {
    // who waits for the desk of duplicates has been imported: there is nothing to stop
    cancel: MOVES.cancel.has(operation.status) && !operation.cancelRequested && !waitsForDesk(operation),
    retry: mayContinue(operation),
    undo: MOVES.undo.has(operation.status) && written > 0 && !isRehearsal(operation),
    release: waitsForDecision(operation),
  }
  return new Set((Object.keys(offered) as OperationMove[]).filter((move) => offered[move]))
}
