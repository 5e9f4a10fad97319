import type { Deps } from '../deps.ts'
import type { Principal } from '../rights/permissions.ts'
import { snapshotsAlive } from './sessions.ts'
import { admitToken } from './tokens.ts'

/**
 * Which of these sessions and tokens still live, with their present rights; for open streams. A token's snapshot is
 * short-lived, so a missing one is looked for in the database once more before its stream is ended.
 */
export async function sessionsAlive(
  deps: Deps,
  sessionIds: readonly string[],
): Promise<Map<string, Principal | null>> {
  const alive = await snapshotsAlive(deps, sessionIds)
  for (const [id, principal] of alive) {
    if (principal !== null) continue
    const token = await admitToken(deps, id, {}).catch(() => null)
    if (token !== null) alive.set(id, token.principal)
  }
  return alive
}
