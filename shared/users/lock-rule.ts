import type { Deps } from '../deps.ts'
import type { Role } from '../rights/permissions.ts'
import { settingsOf } from '../settings/reads.ts'

/** Minutes after which an untouched page of this role locks itself; null: never. */
export async function lockAfterMin(deps: Deps, role: Role): Promise<number | null> {
  const { 'screens.lockAfterMin': minutes, 'screens.lockRoles': roles } = await settingsOf(deps)
  return minutes > 0 && (roles as readonly Role[]).includes(role) ? minutes : null
}
