import { AppError } from '../errors/app-error.ts'
import { type Permission, type Principal, ROLE_PERMISSIONS, type Role } from '../rights/permissions.ts'
import { isAbove } from '../rights/rank.ts'

/** Nobody gives a role above his own. */
export function checkRoleGiven(actor: Pick<Principal, 'role'>, role: Role): void {
  if (isAbove(role, actor)) throw new AppError('auth/forbidden')
}

/** Nobody gives what he has not himself, nor what the role has anyway. */
export function checkGrants(actor: Principal, role: Role, grants: readonly Permission[]): Permission[] {
  if (grants.some((each) => !actor.permissions.has(each))) throw new AppError('auth/forbidden')
  return [...new Set(grants)].filter((each) => !ROLE_PERMISSIONS[role].includes(each))
}

/** Nobody changes himself here, and people above are not there at all. */
export function checkTarget(actor: Principal, target: { id: string; role: Role }): void {
  if (isAbove(target.role, actor)) throw new AppError('not-found')
  if (String(target.id) === actor.userId) {
    throw new AppError('auth/forbidden', { detail: 'Somebody else has to change your own account.' })
  }
}

/**
 * Nobody gets at the account of somebody who was lent a right that he has not himself: a new password for it would be
 * a way to that right. What comes with the role is no such way up, the ranks of roles see to that.
 */
export function checkLent(actor: Principal, grants: readonly string[]): void {
  const own = actor.permissions as ReadonlySet<string>
  if (grants.some((each) => !own.has(each))) throw new AppError('auth/forbidden')
}
