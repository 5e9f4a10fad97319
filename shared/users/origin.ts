import type { AuditEntry } from '../audit/entry.ts'
import type { Principal } from '../rights/permissions.ts'

/** Where a command comes from, for the audit. */
export interface Origin {
  address?: string | null
  requestId?: string | null
  userAgent?: string
}

/** The part of an audit entry that says who acted and from where. */
export const actedBy = (
  who: Pick<Principal, 'userId' | 'username' | 'role'> | null,
  origin: Origin,
): Pick<AuditEntry, 'userId' | 'username' | 'role' | 'address' | 'requestId'> => ({
  userId: who?.userId ?? null,
  username: who?.username ?? null,
  role: who?.role ?? null,
  address: origin.address ?? null,
  requestId: origin.requestId ?? null,
})
