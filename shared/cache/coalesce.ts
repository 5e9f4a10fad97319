interface Turn {
  running: Promise<unknown>
  next: Promise<unknown> | null
}

/**
 * Runs at most one load of a key at a time and lets callers share one that has not begun yet. Never shares a load
 * that has begun: what it read may be older than a write that was acknowledged before the caller came.
 */
export function createCoalescer(): <T>(key: string, load: () => Promise<T>) => Promise<T> {
  const turns = new Map<string, Turn>()
  const begin = <T>(key: string, load: () => Promise<T>): Promise<T> => {
    const running = load()
    const turn: Turn = { running, next: null }
    turns.set(key, turn)
    const end = () => {
      if (turns.get(key) === turn && turn.next === null) turns.delete(key)
    }
    running.then(end, end)
    return running
  }
  return <T>(key: string, load: () => Promise<T>) => {
    const turn = turns.get(key)
    if (turn === undefined) return begin(key, load)
    const after = () => begin(key, load)
    turn.next ??= turn.running.then(after, after)
    return turn.next as Promise<T>
  }
}
