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
