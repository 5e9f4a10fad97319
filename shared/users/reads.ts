import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { type Principal, permissionsOf } from '../rights/permissions.ts'
import { hiddenRoles } from '../rights/rank.ts'
import type { StaffView } from './commands.ts'
import { findByAccount, findUser, grantsOf, grantsOfAll, listUsers } from './repository.ts'
import { toStaffView, toUserView } from './view.ts'

/** The signed-in person, read anew. */
export async function ownUser(deps: Deps, userId: string): Promise<ReturnType<typeof toUserView>> {
  const row = await reading(findUser(deps.db, userId))
  if (row === undefined) throw new AppError('auth/required')
  return toUserView(row, await reading(grantsOf(deps.db, userId)))
}

/** A page of the staff that this person may see. */
export async function staff(
  deps: Deps,
  actor: Principal,
  page: { page: number; limit: number },
): Promise<{ data: StaffView[]; meta: Record<string, number | null> }> {
  const offset = (page.page - 1) * page.limit
  const { rows, total } = await reading(
    listUsers(deps.db, { limit: page.limit, offset, hidden: hiddenRoles(actor) }),
  )
  const grants = await reading(
    grantsOfAll(
      deps.db,
      rows.map(({ id }) => id),
    ),
  )
  const totalPages = Math.ceil(total / page.limit)
  return {
    data: rows.map((row) => toStaffView(row, grants.get(row.id) ?? [])),
    meta: { ...page, total, totalPages, next: null },
  }
}

/** One member of staff; people above the asker do not exist for him. */
export async function staffMember(deps: Deps, actor: Principal, id: string): Promise<StaffView> {
  const row = await reading(findUser(deps.db, id))
  if (row === undefined || hiddenRoles(actor).includes(row.role)) throw new AppError('not-found')
  return toStaffView(row, await reading(grantsOf(deps.db, id)))
}

/** Id of the user with this user name or e-mail address, for the command line. */
export async function userIdOf(deps: Deps, account: string): Promise<string> {
  const row = await reading(findByAccount(deps.db, account.trim().toLowerCase()))
  if (row === undefined) throw new AppError('not-found')
  return String(row.id)
}

/** Who a user is and what he may at this moment, for work that goes on after the request; null: not active any more. */
export async function principalNow(deps: Pick<Deps, 'db'>, userId: string): Promise<Principal | null> {
  const row = await reading(findUser(deps.db, userId))
  if (row === undefined || !row.active) return null
  const { username, name, role } = row
  return { userId, username, name, role, permissions: permissionsOf(role, await grantsOf(deps.db, userId)) }
}
