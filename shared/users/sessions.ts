import type { Deps } from '../deps.ts'
import { orUnavailable } from '../redis/errors.ts'
import { script } from '../redis/script.ts'
import type { Principal } from '../rights/permissions.ts'
import { hashSecret, newSecret, readSnapshot, type SessionData } from './session-record.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** Where a session or a token's snapshot lies. */
export const sessionKey = (deps: Deps, sessionId: string): string => `${deps.prefix}:session:${sessionId}`
/** Where the ids of a person's sessions lie. */
export const ownerKey = (deps: Deps, userId: string) => `${deps.prefix}:sessions-of:${userId}`
/** How long a session may stand unused, ms. */
export const idleMs = (deps: Deps): number => Math.round(deps.config.SESSION_IDLE_MIN * MINUTE_MS)
const maxMs = (deps: Deps) => Math.round(deps.config.SESSION_MAX_H * HOUR_MS)

/** Session with its absolute end, and its place in the owner's list, in one step. */
const CREATE = script(`
redis.call('HSET', KEYS[1], 'd', ARGV[1], 'k', ARGV[2], 'x', ARGV[3], 'c', ARGV[4], 'a', ARGV[5], 'g', ARGV[6])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('SADD', KEYS[2], ARGV[8])
redis.call('PEXPIRE', KEYS[2], ARGV[9])
return 1`)

const END_ALL = script(`
local ended = 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if id ~= ARGV[2] then
    ended = ended + redis.call('DEL', ARGV[1] .. id)
    redis.call('SREM', KEYS[1], id)
  end
end
return ended`)

/** Where a session is used from, shown to its owner. */
export interface SessionPlace {
  address: string
  userAgent: string
}

const MAX_AGENT_CHARS = 200

/**
 * Opens a session; answers the secret for the cookie and the id that everything else uses. `lastsMs`: until its absolute
 * end, where that is nearer than usual.
 */
export async function createSession(
  deps: Deps,
  data: SessionData,
  place: SessionPlace,
  lastsMs = Number.POSITIVE_INFINITY,
): Promise<{ secret: string; sessionId: string }> {
  const secret = newSecret()
  const sessionId = hashSecret(secret)
  const endsInMs = Math.max(1, Math.min(lastsMs, maxMs(deps)))
  await putSnapshot(deps, sessionId, data, place, endsInMs, Math.min(idleMs(deps), endsInMs))
  return { secret, sessionId }
}

/** Stores a snapshot under an id, for sessions and for API tokens; `lastsMs` is absolute, `firstMs` until first use. */
export async function putSnapshot(
  deps: Deps,
  sessionId: string,
  data: SessionData,
  place: SessionPlace,
  lastsMs: number,
  firstMs: number,
): Promise<void> {
  const now = deps.clock.now().getTime()
  const text = JSON.stringify(data)
  await orUnavailable(
    CREATE(
      deps.redis,
      [sessionKey(deps, sessionId), ownerKey(deps, data.userId)],
      [
        text,
        readSnapshot(text).limitBy,
        now + lastsMs,
        now,
        place.address,
        place.userAgent.slice(0, MAX_AGENT_CHARS),
        firstMs,
        sessionId,
        maxMs(deps),
      ],
    ),
  )
}

/** Ends one session of its owner; answers whether there was one. */
export async function endSession(deps: Deps, userId: string, sessionId: string): Promise<boolean> {
  const owned = await orUnavailable(deps.redis.srem(ownerKey(deps, userId), sessionId))
  if (owned === 0) return false
  return (await orUnavailable(deps.redis.del(sessionKey(deps, sessionId)))) > 0
}

/**
 * Ends all sessions of a user, tokens' snapshots too, but for `except`. Call it inside the transaction that changed
 * the user's row, after the change: a sign-in checks the row again under a lock once its session exists, so none
 * with the old rights is left.
 */
export async function endSessionsOf(deps: Deps, userId: string, except = ''): Promise<number> {
  const ended = await orUnavailable(
    END_ALL(deps.redis, [ownerKey(deps, userId)], [sessionKey(deps, ''), except]),
  )
  return ended as number
}

/** One of a person's own sessions, as shown to that person. */
export interface SessionView {
  id: string
  createdAt: string
  /** Last call, to the second; close to the session's absolute end it is the present moment at most. */
  lastSeenAt: string
  address: string
  userAgent: string
}

/** The open sessions of a user, newest first; API tokens are not among them. */
export async function listSessions(deps: Deps, userId: string): Promise<SessionView[]> {
  const ids = await orUnavailable(deps.redis.smembers(ownerKey(deps, userId)))
  const now = deps.clock.now().getTime()
  const found = await Promise.all(
    ids.map(async (id) => {
      const key = sessionKey(deps, id)
      const [fields, ttlMs] = await orUnavailable(
        Promise.all([deps.redis.hgetall(key), deps.redis.pttl(key)]),
      )
      if (fields.d === undefined || readSnapshot(fields.d).isToken || ttlMs < 0) return []
      return {
        id,
        createdAt: new Date(Number(fields.c)).toISOString(),
        lastSeenAt: new Date(Math.min(now, now + ttlMs - idleMs(deps))).toISOString(),
        address: fields.a ?? '',
        userAgent: fields.g ?? '',
      }
    }),
  )
  return found.flat().sort((a, b) => b.createdAt.localeCompare(a.createdAt))
}

/** Which of these snapshots are still there and what they say. Does not touch the idle time. */
export async function snapshotsAlive(
  deps: Deps,
  sessionIds: readonly string[],
): Promise<Map<string, Principal | null>> {
  const now = deps.clock.now().getTime()
  const pipeline = deps.redis.pipeline()
  for (const id of sessionIds) pipeline.hmget(sessionKey(deps, id), 'd', 'x')
  const answers = (await orUnavailable(pipeline.exec())) ?? []
  return new Map(
    sessionIds.map((id, index) => {
      const [error, fields] = answers[index] ?? [null, null]
      if (error) throw error
      const [text, endsAt] = (fields ?? [null, null]) as [string | null, string | null]
      const alive = text !== null && Number(endsAt) > now
      return [id, alive ? readSnapshot(text).principal : null] as const
    }),
  )
}
