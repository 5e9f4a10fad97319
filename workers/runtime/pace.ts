/** How long heavy work rests after a piece, and what the operation says of it. */
export interface Pause {
  ms: number
  note: string | null
}

/** Decides how fast heavy work may go. */
export interface Pace {
  /** `tookMs`: how long the last piece took to write. */
  pauseAfter(tookMs: number): Pause
}

/** Night mode: never rests. */
export const fullSpeed: Pace = { pauseAfter: () => ({ ms: 0, note: null }) }
