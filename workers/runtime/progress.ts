import { publish } from '../../shared/events/stream.ts'
import { operationEvent } from '../../shared/operations/events.ts'
import type { Counts } from './bulk-work.ts'
import type { Run } from './context.ts'

/** At most four progress events a second and operation. */
const EVENT_EVERY_MS = 250
/** Weight of the newest piece in the rate: smooth enough for an ETA, quick enough to show a slow-down. */
const NEWEST_WEIGHT = 0.2

/** Keeps the percent, rate and note of one run and tells the screens; percent never goes down within it. */
export class Progress {
  /** What is to be said now; otherwise the note that the run began with stands. */
  note: string | null = null
  readonly #run: Run
  #processed: number
  #percent: number
  #rate: number | null = null
  #lastAt = performance.now()
  #lastEventAt = 0
  #version: number

  constructor(run: Run, processed: number) {
    this.#run = run
    this.#processed = processed
    this.#percent = Number(run.row.percent)
    this.#version = run.row.version
  }

  /** The columns of the operation's row that follow from having processed so much. */
  columns(processed: number): Record<string, unknown> {
    const elapsedS = (performance.now() - this.#lastAt) / 1000
    const now = elapsedS > 0 ? (processed - this.#processed) / elapsedS : 0
    const rate = this.#rate === null ? now : this.#rate * (1 - NEWEST_WEIGHT) + now * NEWEST_WEIGHT
    return {
      processed,
      percent: this.#percentAt(processed),
      rate_per_second: Math.round(rate),
      note: this.note ?? this.#run.row.note,
    }
  }

  #percentAt(processed: number): number {
    const { total } = this.#run.row
    // 100 is kept for the end: it is only said after the last commit
    const share = total === null || total === 0 ? 0 : Math.min(99.99, (100 * processed) / total)
    return Math.max(this.#percent, Math.floor(share * 100) / 100)
  }

  /** Notes a committed piece and, four times a second at most, publishes it. */
  async committed(processed: number, counts: Counts): Promise<void> {
    const columns = this.columns(processed)
    this.#rate = columns.rate_per_second as number
    this.#percent = columns.percent as number
    this.#processed = processed
    this.#lastAt = performance.now()
    this.#version++
    if (this.#lastAt - this.#lastEventAt < EVENT_EVERY_MS) return
    this.#lastEventAt = this.#lastAt
    const row = {
      ...this.#run.row,
      ...columns,
      percent: String(this.#percent),
      counts,
      version: this.#version,
    }
    await publish(this.#run.deps, operationEvent(row as Run['row'], new Date()))
  }
}
