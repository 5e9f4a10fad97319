/** Between which minutes somebody will probably be called. */
export interface WaitingRange {
  fromMin: number
  toMin: number
}

/** Fewer gaps than this say nothing about the next ones. */
const LEAST_GAPS = 4
/** About eight of ten waits end within so many standard deviations. */
const DEVIATIONS = 1.3
/** A short day's gaps are an unsure measure of themselves: the fewer, the wider. */
const UNSURE = 2
const S_PER_MIN = 60
const STEP_MIN = 5

/**
 * An honest range for somebody with `ahead` before him, from the seconds between the latest calls: the sum of that
 * many gaps, give or take. Null while there are too few calls to say; whole steps of five minutes, because more would
 * be a promise.
 */
export function waitingRange(ahead: number, gapsS: readonly number[]): WaitingRange | null {
  if (gapsS.length < LEAST_GAPS) return null
  const mean = gapsS.reduce((sum, gap) => sum + gap, 0) / gapsS.length
  const variance = gapsS.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (gapsS.length - 1)
  const turns = ahead + 1
  // the spread of the turns to come, and what so few gaps may be wrong about the mean
  const spread =
    DEVIATIONS * Math.sqrt(variance * (turns + turns ** 2 / gapsS.length) * (1 + UNSURE / gapsS.length))
  const steps = (seconds: number) => seconds / S_PER_MIN / STEP_MIN
  const from = Math.max(0, Math.floor(steps(turns * mean - spread)))
  return {
    fromMin: from * STEP_MIN,
    toMin: Math.max(from + 1, Math.ceil(steps(turns * mean + spread))) * STEP_MIN,
  }
}
