import { writeAudit } from '../audit/write.ts'
import type { Knex } from '../db/connect.ts'
import { inTransaction, reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { Principal } from '../rights/permissions.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { type Attempt, admitAttempt } from './attempts.ts'
import { lockAfterMin } from './lock-rule.ts'
import { actedBy, type Origin } from './origin.ts'
import { hashPassword, MAX_PASSWORD_BYTES, needsRehash, passwordMatches } from './password.ts'
import { checkNewPassword } from './password-rules.ts'
import { findByAccount, findUser, grantsOf, patchUser, type UserRow } from './repository.ts'
import { tryCode } from './second-step.ts'
import { createSession, endSession, endSessionsOf } from './sessions.ts'
import { toSessionData, toUserView } from './view.ts'

/** A sign-in that worked: the answer, and the secret for the cookie. */
export interface SignedIn {
  user: ReturnType<typeof toUserView>
  mustChangePassword: boolean
  /** Minutes after which the page locks itself; null: never. */
  lockAfterMin: number | null
  secret: string
  sessionId: string
}

const asPrincipal = (row: UserRow): Pick<Principal, 'userId' | 'username' | 'role'> => ({
  userId: String(row.id),
  username: row.username,
  role: row.role,
})

/** Whether this person may be let in at all: works here, and has no one-time password that is too old. */
export function isUsable(deps: Deps, row: UserRow): boolean {
  if (row.active !== 1) return false
  return row.password_expires_at === null || row.password_expires_at > toSqlUtc(deps.clock.now())
}

type Refusal = 'auth/failed' | 'auth/totp-failed'

/** Counts and records an attempt that failed, and throws its answer. */
export async function refuse(
  deps: Deps,
  row: UserRow | undefined,
  attempt: Attempt,
  origin: Origin,
  code: Refusal = 'auth/failed',
): Promise<never> {
  await attempt.failed()
  await inTransaction(deps.db, (trx) =>
    writeAudit(
      trx,
      {
        ...actedBy(row === undefined ? null : asPrincipal(row), origin),
        action: 'auth.login-failed',
        outcome: 'failed',
        ...(code === 'auth/failed' ? {} : { detail: { step: 2 } }),
      },
      deps.clock.now(),
    ),
  )
  throw new AppError(code)
}

/**
 * Opens a session and checks, under a lock, that the user's row is still the one that was judged. `lastsMs`: until its
 * absolute end, where that is nearer than usual.
 */
export async function openSession(
  deps: Deps,
  row: UserRow,
  origin: Origin,
  action: string,
  lastsMs?: number,
): Promise<SignedIn> {
  const grants = await reading(grantsOf(deps.db, row.id))
  const place = { address: origin.address ?? '', userAgent: origin.userAgent ?? '' }
  const opened = await createSession(deps, toSessionData(row, grants), place, lastsMs)
  try {
    await inTransaction(deps.db, async (trx) => {
      const now = await findUser(trx, row.id, 'share')
      if (now?.version !== row.version) throw new AppError('auth/failed')
      await writeAudit(trx, { ...actedBy(asPrincipal(row), origin), action, outcome: 'ok' }, deps.clock.now())
    })
  } catch (error) {
    await endSession(deps, row.id, opened.sessionId)
    throw error
  }
  return {
    user: toUserView(row, grants),
    mustChangePassword: row.must_change_password === 1,
    lockAfterMin: await lockAfterMin(deps, row.role),
    ...opened,
  }
}

async function rehash(db: Knex, row: UserRow, password: string): Promise<void> {
  if (!needsRehash(row.password_hash)) return
  const password_hash = await hashPassword(password)
  await db('users').where({ id: row.id, password_hash: row.password_hash }).update({ password_hash })
}

/**
 * The second step, for whoever has one: without a code nothing is opened at all, so there is no session that is only
 * half signed in. Throws `auth/totp-required`, `auth/totp-failed`, 429.
 */
async function secondStep(
  deps: Deps,
  row: UserRow,
  code: string | undefined,
  attempt: Attempt,
  origin: Origin,
): Promise<void> {
  if (row.totp_enabled_at === null) return
  if (code === undefined) {
    // somebody has the password: on record also when nothing more comes
    await inTransaction(deps.db, (trx) =>
      writeAudit(
        trx,
        { ...actedBy(asPrincipal(row), origin), action: 'auth.code-asked', outcome: 'denied' },
        deps.clock.now(),
      ),
    )
    throw new AppError('auth/totp-required')
  }
  if (!(await tryCode(deps, String(row.id), code)).ok)
    await refuse(deps, row, attempt, origin, 'auth/totp-failed')
}

/**
 * Signs in by user name or e-mail address. A wrong name, a wrong password, a person who left and a one-time password
 * that is too old get the same answer in the same time. Throws `auth/failed`, `auth/totp-required`, `auth/totp-failed`,
 * `rate/limited`.
 */
export async function signIn(
  deps: Deps,
  credentials: { username: string; password: string; code?: string | undefined },
  origin: Origin,
): Promise<SignedIn> {
  const account = credentials.username.normalize('NFKC').trim().toLowerCase()
  const attempt = await admitAttempt(deps, account, origin.address ?? '')
  if (Buffer.byteLength(credentials.password) > MAX_PASSWORD_BYTES) throw new AppError('auth/failed')
  const row = await reading(findByAccount(deps.db, account))
  const matches = await passwordMatches(row?.password_hash ?? null, credentials.password)
  if (row === undefined || !matches || !isUsable(deps, row)) return refuse(deps, row, attempt, origin)
  await secondStep(deps, row, credentials.code, attempt, origin)
  await rehash(deps.db, row, credentials.password)
  const signedIn = await openSession(deps, row, origin, 'auth.login')
  await attempt.succeeded()
  return signedIn
}

/** Signs out: ends this session and records it. */
export async function signOut(
  deps: Deps,
  principal: Principal,
  sessionId: string,
  origin: Origin,
): Promise<void> {
  await endSession(deps, principal.userId, sessionId)
  await inTransaction(deps.db, (trx) =>
    writeAudit(
      trx,
      { ...actedBy(principal, origin), action: 'auth.logout', outcome: 'ok' },
      deps.clock.now(),
    ),
  )
}

/** Takes the password once more before something grave; answers the person's row. Throws `auth/failed`, 429. */
export async function confirmPassword(
  deps: Deps,
  principal: Principal,
  password: string,
  origin: Origin,
): Promise<UserRow> {
  const attempt = await admitAttempt(deps, principal.username, origin.address ?? '')
  const row = await reading(findUser(deps.db, principal.userId))
  const matches = await passwordMatches(row?.password_hash ?? null, password)
  if (row === undefined || !matches || !isUsable(deps, row)) return refuse(deps, row, attempt, origin)
  return row
}

/** Words that who knows the person or the clinic would try. */
async function wordsAround(deps: Deps, row: UserRow): Promise<string[]> {
  const { 'clinic.name': clinic } = await settingsOf(deps)
  const names = `${row.name} ${clinic} ${row.email ?? ''}`
  // the longest first, so that a short one leaves no rest of it
  return [row.username, clinic, ...names.split(/[\s@.]+/)].sort((one, other) => other.length - one.length)
}

/**
 * Changes one's own password, which takes the present one; ends all sessions and opens a new one. Throws
 * `auth/failed`, `auth/weak-password`, `rate/limited`.
 */
export async function changePassword(
  deps: Deps,
  principal: Principal,
  passwords: { currentPassword: string; newPassword: string },
  origin: Origin,
): Promise<SignedIn> {
  const attempt = await admitAttempt(deps, principal.username, origin.address ?? '')
  const row = await reading(findUser(deps.db, principal.userId))
  const matches = await passwordMatches(row?.password_hash ?? null, passwords.currentPassword)
  if (row === undefined || !matches || !isUsable(deps, row)) return refuse(deps, row, attempt, origin)
  checkNewPassword(passwords.newPassword, await wordsAround(deps, row))
  if (passwords.newPassword === passwords.currentPassword) {
    throw new AppError('auth/weak-password', { detail: 'Choose one that differs from the present one.' })
  }
  const password_hash = await hashPassword(passwords.newPassword)
  await inTransaction(deps.db, async (trx) => {
    const now = await findUser(trx, row.id, 'update')
    if (now?.version !== row.version) throw new AppError('state/version')
    await patchUser(trx, row.id, { password_hash, must_change_password: false, password_expires_at: null })
    await writeAudit(
      trx,
      {
        ...actedBy(principal, origin),
        action: 'auth.password-changed',
        entity: 'user',
        entityId: row.id,
        outcome: 'ok',
      },
      deps.clock.now(),
    )
    await endSessionsOf(deps, row.id)
  })
  const changed = await reading(findUser(deps.db, row.id))
  if (changed === undefined) throw new AppError('auth/failed')
  await attempt.succeeded()
  return openSession(deps, changed, origin, 'auth.login')
}
