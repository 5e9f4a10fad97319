import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { writing } from '../cache/writing.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { Principal, Role } from '../rights/permissions.ts'
import { toSqlUtc } from '../units/clock.ts'
import { actedBy, type Origin } from './origin.ts'
import { hashPassword, oneTimePassword } from './password.ts'
import { findUser, grantsOf, insertUser, patchUser, replaceGrants, type UserRow } from './repository.ts'
import { checkGrants, checkLent, checkRoleGiven, checkTarget } from './rules.ts'
import type { NewUserBody, UserPatchBody } from './schema.ts'
import { endSessionsOf } from './sessions.ts'
import { toStaffView } from './view.ts'

/** Name of the staff in the cache: nothing of theirs is kept there, but what shows their names must turn old. */
const USERS = 'users'

/** How long a one-time password may wait for its first use. */
const ONE_TIME_MS = 24 * 3_600_000

export type StaffView = ReturnType<typeof toStaffView>

/** Who acts: a signed-in person, or null for the command line, which stands above all roles. */
export type Actor = Principal | null

const expiry = (deps: Deps) => toSqlUtc(new Date(deps.clock.now().getTime() + ONE_TIME_MS))

async function unlessTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    throw new AppError('state/duplicate', { detail: 'The user name or e-mail address is taken.' })
  }
}

/** Creates a user with a random one-time password, which is answered once and never again. */
export async function createUser(
  deps: Deps,
  actor: Actor,
  body: NewUserBody,
  origin: Origin,
): Promise<{ user: StaffView; oneTimePassword: string }> {
  if (actor !== null) checkRoleGiven(actor, body.role)
  const password = oneTimePassword()
  const password_hash = await hashPassword(password)
  const row = await unlessTaken(
    inTransaction(deps.db, async (trx) => {
      const id = await insertUser(trx, {
        username: body.username,
        name: body.name,
        email: body.email ?? null,
        role: body.role,
        password_hash,
        must_change_password: true,
        password_expires_at: expiry(deps),
      })
      await record(trx, deps, actor, 'users.create', id, origin)
      return (await findUser(trx, id)) as UserRow
    }),
  )
  return { user: toStaffView(row, []), oneTimePassword: password }
}

type Trx = Parameters<typeof writeAudit>[0]

const record = (
  trx: Trx,
  deps: Deps,
  actor: Actor,
  action: string,
  id: string,
  origin: Origin,
  detail?: AuditEntry['detail'],
) =>
  writeAudit(
    trx,
    {
      ...actedBy(actor, origin),
      action,
      entity: 'user',
      entityId: id,
      outcome: 'ok',
      ...(detail === undefined ? {} : { detail }),
    },
    deps.clock.now(),
  )

/** What changed of rights, old and new, and the names of the other fields: names of people are no matter of the audit. */
function changesOf(row: UserRow, before: readonly string[], body: UserPatchBody): AuditEntry['detail'] {
  const { version: _, ...changes } = body
  return {
    fields: Object.keys(changes),
    ...(changes.role === undefined ? {} : { role: [row.role, changes.role] }),
    ...(changes.active === undefined ? {} : { active: [row.active === 1, changes.active] }),
    ...(changes.grants === undefined ? {} : { grants: [before, changes.grants] }),
  }
}

async function target(trx: Trx, actor: Actor, id: string): Promise<UserRow> {
  const row = await findUser(trx, id, 'update')
  if (row === undefined) throw new AppError('not-found')
  if (actor !== null) checkTarget(actor, row)
  return row
}

/** Changes a user; a change of rights, role or `active` ends all of that user's sessions before it is committed. */
export async function changeUser(
  deps: Deps,
  actor: Principal,
  id: string,
  body: UserPatchBody,
  origin: Origin,
): Promise<StaffView> {
  return unlessTaken(
    writing(deps, USERS, async (trx) => {
      const row = await target(trx, actor, id)
      if (row.version !== body.version) {
        throw new AppError('state/version', {
          extra: { current: toStaffView(row, await grantsOf(trx, id)) },
        })
      }
      const { role, active, grants, name, email } = body
      const before = await grantsOf(trx, id)
      if (role !== undefined) checkRoleGiven(actor, role)
      if (grants !== undefined) {
        await replaceGrants(trx, id, checkGrants(actor, role ?? row.role, grants), actor.userId)
      }
      await patchUser(trx, id, {
        ...(role === undefined ? {} : { role }),
        ...(active === undefined ? {} : { active }),
        ...(name === undefined ? {} : { name }),
        ...(email === undefined ? {} : { email }),
      })
      await record(trx, deps, actor, 'users.update', id, origin, changesOf(row, before, body))
      await endSessionsOf(deps, id)
      return { result: toStaffView((await findUser(trx, id)) as UserRow, await grantsOf(trx, id)) }
    }),
  )
}

/** Gives a user a new one-time password, answered once; ends all of that user's sessions. */
export async function resetPassword(
  deps: Deps,
  actor: Actor,
  id: string,
  origin: Origin,
): Promise<{ oneTimePassword: string }> {
  const password = oneTimePassword()
  const password_hash = await hashPassword(password)
  await inTransaction(deps.db, async (trx) => {
    await target(trx, actor, id)
    if (actor !== null) checkLent(actor, await grantsOf(trx, id))
    await patchUser(trx, id, {
      password_hash,
      must_change_password: true,
      password_expires_at: expiry(deps),
    })
    await record(trx, deps, actor, 'users.reset-password', id, origin)
    await endSessionsOf(deps, id)
  })
  return { oneTimePassword: password }
}

/** One of the first users; `password` is null when the setting gave it, so that it is never printed. */
export interface InitialUser {
  username: string
  role: Role
  password: string | null
}

const FIRST_USERS: readonly { username: string; role: Role; name: string }[] = [
  { username: 'superadmin', role: 'super_admin', name: 'Super administrator' },
  { username: 'admin', role: 'admin', name: 'Administrator' },
  { username: 'doctor', role: 'doctor', name: 'Doctor' },
  { username: 'assistant', role: 'assistant', name: 'Assistant' },
  { username: 'pharmacist', role: 'pharmacist', name: 'Pharmacist' },
  { username: 'cashier', role: 'cashier', name: 'Cashier' },
]

/**
 * Makes the first users when there are none yet; answers those it made (none the second time). Production:
 * `superadmin` alone, with a one-time password. Development: one user per role beside it; `INITIAL_ADMIN_PASSWORD`,
 * if set, is the password of all of them and need not be changed.
 */
export async function createInitialUsers(deps: Deps): Promise<InitialUser[]> {
  const inProduction = deps.config.NODE_ENV === 'production'
  const given = deps.config.INITIAL_ADMIN_PASSWORD
  const wanted = inProduction ? FIRST_USERS.slice(0, 1) : FIRST_USERS
  const oneTime = inProduction || given === undefined
  const made = await Promise.all(
    wanted.map(async (user) => {
      const password = given ?? oneTimePassword()
      return { ...user, password, password_hash: await hashPassword(password) }
    }),
  )
  return inTransaction(deps.db, async (trx) => {
    // the one row of this table serialises two processes that start at once
    await trx('installation').first('id').forUpdate()
    if ((await trx('users').first('id')) !== undefined) return []
    for (const { username, name, role, password_hash } of made) {
      const id = await insertUser(trx, {
        username,
        name,
        role,
        email: null,
        password_hash,
        must_change_password: oneTime,
        password_expires_at: oneTime ? expiry(deps) : null,
      })
      await record(trx, deps, null, 'users.create', id, {})
    }
    return made.map(({ username, role, password }) => ({
      username,
      role,
      password: given === undefined ? password : null,
    }))
  })
}
