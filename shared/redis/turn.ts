/**
 * Joins equal questions asked in one turn of the event loop: all requests of a turn had arrived before the first of
 * them was looked at, so one answer, asked for after their arrival, is new enough for each.
 */
export class TurnJoin<T> {
  readonly #open = new Map<string, T>()

  /** What `start` answered to the first caller of this turn under that key. */
  ask(key: string, start: () => T): T {
    const running = this.#open.get(key)
    if (running !== undefined) return running
    if (this.#open.size === 0) setImmediate(() => this.#open.clear())
    const started = start()
    this.#open.set(key, started)
    return started
  }
}
