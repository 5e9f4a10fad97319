import type { z } from 'zod'
import { PERMISSIONS, permissionsOf } from '../rights/permissions.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { UserRow } from './repository.ts'
import type { staffView, userView } from './schema.ts'
import type { SessionData } from './session-record.ts'

/** A user's row as that person sees it. */
export function toUserView(row: UserRow, grants: readonly string[]): z.infer<typeof userView> {
  const { id, username, name, email, role } = row
  const may = permissionsOf(role, grants)
  return {
    id: String(id),
    username,
    name,
    email,
    role,
    permissions: PERMISSIONS.filter((each) => may.has(each)),
    twoFactor: row.totp_enabled_at !== null,
  }
}

/** A user's row as an administrator sees it; never with the hash. */
export function toStaffView(row: UserRow, grants: readonly string[]): z.infer<typeof staffView> {
  return {
    id: String(row.id),
    username: row.username,
    name: row.name,
    email: row.email,
    role: row.role,
    grants: PERMISSIONS.filter((each) => grants.includes(each)),
    active: row.active === 1,
    mustChangePassword: row.must_change_password === 1,
    twoFactor: row.totp_enabled_at !== null,
    createdAt: fromSqlUtc(row.created_at) ?? '',
    version: row.version,
  }
}

/** The snapshot that a session of this user carries. */
export const toSessionData = (row: UserRow, grants: readonly string[]): SessionData => ({
  userId: String(row.id),
  username: row.username,
  name: row.name,
  role: row.role,
  grants,
  mustChangePassword: row.must_change_password === 1,
})
