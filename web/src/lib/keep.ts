/** What this tab may still show when the server is away, and what was typed. Never localStorage: it outlives the person. */
const PREFIX = 'clinic.keep.'
const LONGEST_MS = 12 * 3_600_000

interface Kept<T> {
  atMs: number
  value: T
}

/** Keeps the last good value under a name in this tab; a full store is no fault. */
export function keep(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify({ atMs: Date.now(), value }))
  } catch {
    // Storage is full or closed: the page works without.
  }
}

/** What was kept under a name within the last 12 hours, and when. */
export function kept<T>(name: string): Kept<T> | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? 'null') as Kept<T> | null
    return found && Date.now() - found.atMs < LONGEST_MS ? found : null
  } catch {
    return null
  }
}

export function dropKept(name: string): void {
  sessionStorage.removeItem(PREFIX + name)
}

/** Whose it is that this tab keeps. */
const OWNER = 'clinic.keeper'

/** Notes whose tab this is from now on; answers whether what is kept is another person's, or nobody knows whose. */
export function keepFor(userId: string): boolean {
  try {
    const before = sessionStorage.getItem(OWNER)
    sessionStorage.setItem(OWNER, userId)
    return before !== userId
  } catch {
    return false
  }
}

/** Wipes everything kept (sign-out, another person). */
export function dropAllKept(): void {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX)) sessionStorage.removeItem(name)
  }
}
