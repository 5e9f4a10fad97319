/** What a bounded wait throws when its time is over. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/** Waits for `work` at most `limitMs`, then throws {@link TooSlow}; the work itself is not stopped. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow('took too long')), limitMs)
  })
  // a loser that fails later must not end the process
  work.catch(() => undefined)
  try {
    return await Promise.race([work, tooSlow])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * One run of `work` for everybody who asks while it runs and for `freshMs` after it ended, so that asking often does
 * not multiply the work. A run that has not ended after `lostMs` counts as lost and the next caller starts another.
 */
export function shared<T>(work: () => Promise<T>, freshMs: number, lostMs: number): () => Promise<T> {
  let run: { result: Promise<T>; startedAt: number; endedAt: number | null } | null = null
  return () => {
    const now = performance.now()
    const usable =
      run !== null && (run.endedAt === null ? now - run.startedAt < lostMs : now - run.endedAt < freshMs)
    if (run !== null && usable) return run.result
    const started: NonNullable<typeof run> = { result: work(), startedAt: now, endedAt: null }
    const ended = () => {
      started.endedAt = performance.now()
    }
    started.result.then(ended, ended)
    run = started
    return started.result
  }
}
