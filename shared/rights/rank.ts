import type { Principal, Role } from './permissions.ts'

const RANK: Readonly<Record<Role, number>> = {
  super_admin: 2,
  admin: 1,
  doctor: 0,
  assistant: 0,
  pharmacist: 0,
  cashier: 0,
}

/** Whether a role stands above a person's own. */
export const isAbove = (role: Role, actor: Pick<Principal, 'role'>): boolean => RANK[role] > RANK[actor.role]

/** Roles above a person's own: their holders do not exist for that person. */
export const hiddenRoles = (actor: Pick<Principal, 'role'>): Role[] =>
  (Object.keys(RANK) as Role[]).filter((role) => isAbove(role, actor))
