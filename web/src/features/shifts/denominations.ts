/** Notes and coins in use, sen, the largest first. */
export const DENOMINATIONS_SEN = [10_000, 5_000, 2_000, 1_000, 500, 100, 50, 20, 10, 5] as const

/** How many there are of each, as it is typed, by sen. */
export type Count = Readonly<Record<string, string>>

const WHOLE = /^\d{1,4}$/

export const piecesOf = (text: string | undefined): number =>
  WHOLE.test((text ?? '').trim()) ? Number(text) : 0

/** Whether something was typed that is no number of notes. */
export const isBadCount = (text: string | undefined): boolean =>
  (text ?? '').trim() !== '' && !WHOLE.test((text ?? '').trim())

/** What was counted in all, sen. */
export const countedSen = (count: Count): number =>
  DENOMINATIONS_SEN.reduce((sum, sen) => sum + sen * piecesOf(count[sen]), 0)

/** Whether anything was counted at all; an empty drawer is said with a 0. */
export const isCounted = (count: Count): boolean =>
  DENOMINATIONS_SEN.some((sen) => (count[sen] ?? '').trim() !== '')
