import { writeAudit } from '../audit/write.ts'
import { inTransaction, reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { orUnavailable } from '../redis/errors.ts'
import { script } from '../redis/script.ts'
import type { Principal } from '../rights/permissions.ts'
import { admitAttempt } from './attempts.ts'
import { actedBy, type Origin } from './origin.ts'
import { MAX_PASSWORD_BYTES, passwordMatches } from './password.ts'
import { findUser } from './repository.ts'
import { hashSecret } from './session-record.ts'
import { ownerKey, sessionKey } from './sessions.ts'
import { isUsable, openSession, refuse, type SignedIn } from './sign-in.ts'

/** Among the sessions of its owner, so that whatever ends those ends it too; no cookie's hash looks like it. */
const lockedId = (sessionId: string): string => `locked:${sessionId}`

/**
 * Turns a session into a locked one: it opens nothing any more, and lasts as long as it would have. KEYS: session, locked one,
 * the owner's list. ARGV: user, version of the user's row, id of the session, id of the locked one, now.
 */
const LOCK = script(`
local endsAt = redis.call('HGET', KEYS[1], 'x')
if not endsAt then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[3], ARGV[3])
if tonumber(endsAt) <= tonumber(ARGV[5]) then return 0 end
redis.call('HSET', KEYS[2], 'u', ARGV[1], 'v', ARGV[2], 'x', endsAt)
redis.call('PEXPIRE', KEYS[2], endsAt - ARGV[5])
redis.call('SADD', KEYS[3], ARGV[4])
return 1`)

/** Locks the session of a screen that was left: from now on it is good for {@link unlockSession} alone. */
export async function lockSession(
  deps: Deps,
  principal: Principal,
  sessionId: string,
  origin: Origin,
): Promise<void> {
  const row = await reading(findUser(deps.db, principal.userId))
  if (row === undefined) throw new AppError('auth/required')
  const locked = lockedId(sessionId)
  const keys = [
    sessionKey(deps, sessionId),
    sessionKey(deps, locked),
    ownerKey(deps, principal.userId),
  ] as const
  const now = deps.clock.now()
  await orUnavailable(
    LOCK(deps.redis, [...keys], [principal.userId, row.version, sessionId, locked, now.getTime()]),
  )
  await inTransaction(deps.db, (trx) =>
    writeAudit(trx, { ...actedBy(principal, origin), action: 'auth.lock', outcome: 'ok' }, now),
  )
}

/**
 * Opens a locked session again by the password of its owner: a new session that ends when the old one would have. The
 * second step was taken in this browser and is not asked for again. Throws `auth/failed`; `auth/required` where nothing
 * is locked any more, or the person was changed meanwhile: he signs in; 429.
 */
export async function unlockSession(
  deps: Deps,
  secret: string | undefined,
  password: string,
  origin: Origin,
): Promise<SignedIn> {
  if (secret === undefined) throw new AppError('auth/required')
  const locked = lockedId(hashSecret(secret))
  const key = sessionKey(deps, locked)
  const { u: userId, v: version, x: endsAt } = await orUnavailable(deps.redis.hgetall(key))
  const row = userId === undefined ? undefined : await reading(findUser(deps.db, userId))
  if (row === undefined || String(row.version) !== version || !isUsable(deps, row))
    throw new AppError('auth/required')
  const attempt = await admitAttempt(deps, row.username, origin.address ?? '')
  if (
    Buffer.byteLength(password) > MAX_PASSWORD_BYTES ||
    !(await passwordMatches(row.password_hash, password))
  )
    return refuse(deps, row, attempt, origin)
  // of two at once one has it
  const [taken] = await orUnavailable(
    Promise.all([deps.redis.del(key), deps.redis.srem(ownerKey(deps, String(row.id)), locked)]),
  )
  if (taken === 0) throw new AppError('auth/required')
  const lastsMs = Number(endsAt) - deps.clock.now().getTime()
  const opened = await openSession(deps, row, origin, 'auth.unlock', lastsMs)
  await attempt.succeeded()
  return opened
}
