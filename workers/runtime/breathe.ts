/** Rows of pure computing after which others get a turn: a millisecond at most. */
export const ROWS_A_BREATH = 100

/**
 * Lets the event loop take a turn. A piece is prepared while the one before is written: without a turn now and then
 * the answers of that transaction would wait until the whole piece is computed, and nothing would overlap.
 */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
