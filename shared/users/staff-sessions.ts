import { writeAudit } from '../audit/write.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { Principal } from '../rights/permissions.ts'
import { actedBy, type Origin } from './origin.ts'
import { staffMember } from './reads.ts'
import { endSession, endSessionsOf, listSessions, type SessionView } from './sessions.ts'

/** Where a member of staff is signed in; people above the asker do not exist for him. */
export async function staffSessions(deps: Deps, actor: Principal, userId: string): Promise<SessionView[]> {
  await staffMember(deps, actor, userId)
  return listSessions(deps, userId)
}

/**
 * Signs a member of staff out, everywhere or in one place; open streams end within seconds. On record before it is
 * done, so that nobody is signed out by somebody unknown. Throws `not-found`.
 */
export async function endStaffSessions(
  deps: Deps,
  actor: Principal,
  target: { userId: string; sessionId?: string },
  origin: Origin,
): Promise<void> {
  await staffMember(deps, actor, target.userId)
  await inTransaction(deps.db, async (trx) => {
    await writeAudit(
      trx,
      {
        ...actedBy(actor, origin),
        action: 'users.end-sessions',
        entity: 'user',
        entityId: target.userId,
        outcome: 'ok',
        detail: { all: target.sessionId === undefined },
      },
      deps.clock.now(),
    )
    if (target.sessionId === undefined) await endSessionsOf(deps, target.userId)
    else if (!(await endSession(deps, target.userId, target.sessionId))) throw new AppError('not-found')
  })
}
