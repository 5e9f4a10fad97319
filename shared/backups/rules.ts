/** What retention looks at of a backup. */
export interface Kept {
  name: string
  /** ms since 1970. */
  takenAt: number
  /** ms since 1970, null when it was never proven. */
  provenAt: number | null
}

const DAY_MS = 86_400_000

/**
 * The backups that may go: beyond `keepCount` of the newest, or older than `keepDays`. Never the newest, and never the
 * newest of those that were proven: whatever happens, one stays that is known to be good.
 */
export function mayGo<B extends Kept>(
  all: readonly B[],
  { keepDays, keepCount, now }: { keepDays: number; keepCount: number; now: number },
): B[] {
  const newestFirst = [...all].sort((a, b) => b.takenAt - a.takenAt || (a.name < b.name ? 1 : -1))
  const lastProven = newestFirst.find(({ provenAt }) => provenAt !== null)
  return newestFirst.filter(
    (each, place) =>
      place > 0 && each !== lastProven && (place >= keepCount || now - each.takenAt > keepDays * DAY_MS),
  )
}
