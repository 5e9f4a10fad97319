import type { AuditEntry } from '../../shared/audit/entry.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import type { Call } from './route.ts'

/** Whoever is signed in; the route table lets nobody else through. */
export const principalOf = (call: Pick<Call, 'principal'>): Principal => call.principal as Principal

/** Who asks, from where, under which request: what every audit entry of a call begins with. */
export function whoIs(call: Call): Omit<AuditEntry, 'action' | 'outcome'> {
  const { userId, username, role } = principalOf(call)
  return { userId, username, role, address: call.address, requestId: call.requestId }
}

/**
 * The audit entry of a call. Joined by `assign` because a literal that begins with a spread and goes on is fifty times
 * as dear, and every read makes one.
 */
export const entryOf = <T extends Pick<AuditEntry, 'action' | 'outcome'> & Partial<AuditEntry>>(
  call: Call,
  what: T,
) => Object.assign(whoIs(call), what)
