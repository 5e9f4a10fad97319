/** Pause before the first new connection; the server asks for the same. */
export const BASE_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 30_000

/** Pause before connection attempt `failures` (1, 2, …): doubling from 5 s, each between half and the whole. */
export function reconnectPauseMs(failures: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_PAUSE_MS, BASE_PAUSE_MS * 2 ** Math.max(0, failures - 1))
  return whole / 2 + (random() * whole) / 2
}
