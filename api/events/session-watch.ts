import type { Deps } from '../../shared/deps.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { sameRights } from './audience.ts'
import type { Client } from './feed.ts'

/** Which sessions still live, with their present rights. */
export type SessionsAlive = (deps: Deps, sessionIds: string[]) => Promise<Map<string, Principal | null>>

const CHECK_EVERY_MS = 2500
const SESSIONS_PER_CALL = 1000
/** A flushed store ends all sessions too; this lets the reader notice first, so that clients are told `reset`. */
const RESET_FIRST_MS = 1300

/**
 * Says goodbye to clients whose session has ended or has other rights now; the client comes back and is judged anew.
 * While the session store is away no events come either, so streams stay open and are judged when it is back.
 * Answers the function that stops it.
 */
export function watchSessions(
  deps: Deps,
  clients: ReadonlySet<Client>,
  sessionsAlive: SessionsAlive,
): () => void {
  const check = async (): Promise<void> => {
    const ids = [...new Set(Array.from(clients, ({ who }) => who.sessionId))]
    const alive = new Map<string, Principal | null>()
    for (let from = 0; from < ids.length; from += SESSIONS_PER_CALL) {
      const part = await sessionsAlive(deps, ids.slice(from, from + SESSIONS_PER_CALL))
      for (const [id, principal] of part) alive.set(id, principal)
    }
    for (const { who, stream } of clients) {
      // Not asked about: it came while we asked. Its turn is next.
      const now = alive.get(who.sessionId)
      if (now === undefined || sameRights(now, who.principal)) continue
      setTimeout(() => stream.bye('session'), now === null ? RESET_FIRST_MS : 0).unref()
    }
  }
  let checking = false
  const timer = setInterval(() => {
    if (checking) return
    checking = true
    check()
      .catch((err) => deps.log.debug({ err }, 'sessions of open streams not checked'))
      .finally(() => {
        checking = false
      })
  }, CHECK_EVERY_MS)
  return () => clearInterval(timer)
}
