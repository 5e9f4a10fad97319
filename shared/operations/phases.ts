/** Phase of an import that is being taken back; kept when that fails, so that a retry goes on with it. */
export const UNDO_PHASE = 'undo'

/** The same for an import that is all or nothing and could not be all: it ends as failed (or cancelled), not as undone. */
export const TAKE_BACK_PHASE = 'take-back'

/** Whether an import is being taken back, or was when it failed. */
export const isTakingBack = (phase: string | null): boolean =>
  phase === UNDO_PHASE || phase === TAKE_BACK_PHASE
