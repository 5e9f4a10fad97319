import { DateTime } from 'luxon'
import type { Config } from '../../shared/config/config.ts'
import type { Deps } from '../../shared/deps.ts'
import { type Pressure, readPressure } from '../../shared/ops/pressure.ts'

/** How long heavy work rests after a piece, and what the operation says of it. */
export interface Pause {
  ms: number
  note: string | null
}

/** Decides how fast heavy work may go. */
export interface Pace {
  /** Rows of a piece at most: short pieces let go of the database often. */
  pieceRows(configured: number): number
  /** `tookMs`: how long the last piece took to write. */
  pauseAfter(tookMs: number): Pause
  stop(): void
}

/** Night mode: never rests. */
export const fullSpeed: Pace = {
  pieceRows: (configured) => configured,
  pauseAfter: () => ({ ms: 0, note: null }),
  stop: () => undefined,
}

export const SLOWED_NOTE = 'slowed for the clinic'

const LOOK_EVERY_MS = 500
const SHORT_PIECE_ROWS = 1000
/** Share of the time heavy work may take while the clinic is open; it always gets the lower one. */
const MOST_SHARE = 0.45
const LEAST_SHARE = 0.28
const START_SHARE = 0.35
/** The clinic's answers may become this much slower than when nothing heavy runs, ms and times. */
const SLACK_MS = 2
const SLACK_TIMES = 1.15
const BACK_OFF = 0.8
const RECOVER = 1.03
const LONGEST_REST_MS = 1000

/** The part of the day in which heavy work need not rest, `22:00-06:00`. */
function inQuietHours(config: Pick<Config, 'QUIET_HOURS' | 'TZ_CLINIC'>, now: Date): boolean {
  if (config.QUIET_HOURS === undefined) return false
  const [from = '', to = ''] = config.QUIET_HOURS.split('-')
  const time = DateTime.fromJSDate(now, { zone: config.TZ_CLINIC }).toFormat('HH:mm')
  return from <= to ? from <= time && time < to : time >= from || time < to
}

/** How much of the time heavy work may take, adjusted to what the clinic feels: down quickly, up slowly. */
export class Share {
  #share = START_SHARE
  /** The quickest 95th percentile seen; drifts up slowly so that one lucky second does not count for ever. */
  #calmP95Ms: number | null = null

  get value(): number {
    return this.#share
  }

  see({ p95Ms }: Pressure): void {
    const calm = this.#calmP95Ms
    this.#calmP95Ms = calm === null ? p95Ms : Math.min(p95Ms, calm * 1.002)
    const limit = Math.max(this.#calmP95Ms * SLACK_TIMES, this.#calmP95Ms + SLACK_MS)
    const next = this.#share * (p95Ms > limit ? BACK_OFF : RECOVER)
    this.#share = Math.min(MOST_SHARE, Math.max(LEAST_SHARE, next))
  }
}

/**
 * Clinic first: while people use the system, heavy work writes short pieces and rests between them so that answers
 * stay quick. It stops resting within a second once nobody asks anything, in quiet hours, or when it cannot tell.
 */
export function clinicFirst(deps: Pick<Deps, 'redis' | 'prefix' | 'config' | 'clock'>): Pace {
  const share = new Share()
  let busy = false
  const look = async () => {
    const pressure = inQuietHours(deps.config, deps.clock.now()) ? null : await readPressure(deps)
    busy = pressure !== null && pressure.perSecond > 0
    if (busy && pressure !== null) share.see(pressure)
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return {
    pieceRows: (configured) => Math.min(configured, SHORT_PIECE_ROWS),
    pauseAfter(tookMs) {
      if (!busy) return { ms: 0, note: null }
      const rest = tookMs * (1 / share.value - 1)
      return { ms: Math.min(LONGEST_REST_MS, rest), note: SLOWED_NOTE }
    },
    stop: () => clearInterval(timer),
  }
}
