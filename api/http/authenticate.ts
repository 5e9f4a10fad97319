import { AppError } from '../../shared/errors/app-error.ts'
import { type Checked, checkSession } from '../../shared/users/session-check.ts'
import { hashSecret, type Identity } from '../../shared/users/session-record.ts'
import type { RequestCall } from './call.ts'
import { sessionSecret } from './cookies.ts'
import { countHeavy, countSignInAddress, type GeneralLimit } from './rate-limit.ts'
import type { Route } from './route.ts'

const BEARER = /^Bearer ([A-Za-z0-9_-]{20,128})$/

/** What a request showed to say who it is: at most one of the two counts, the token before the cookie. */
export interface Credentials {
  kind: 'cookie' | 'bearer' | 'none'
  /** Hash of the secret, the only form in which it goes any further. */
  sessionId: string | null
}

const NO_CREDENTIALS: Credentials = { kind: 'none', sessionId: null }

/** Reads the credentials of a request. A bearer header that is not one of ours is a bearer without a session. */
export function credentialsOf(call: RequestCall): Credentials {
  const { authorization, cookie } = call.req.headers
  if (authorization !== undefined) {
    const token = BEARER.exec(authorization)?.[1]
    return { kind: 'bearer', sessionId: token === undefined ? null : hashSecret(token) }
  }
  const secret = sessionSecret(cookie, call)
  return secret === undefined ? NO_CREDENTIALS : { kind: 'cookie', sessionId: hashSecret(secret) }
}

/** Finds an API token that is not in the store yet; null when there is none. */
export type FindToken = (call: RequestCall, tokenHash: string) => Promise<Identity | null>

async function check(
  call: RequestCall,
  route: Route,
  credentials: Credentials,
  limit: GeneralLimit,
): Promise<Checked> {
  const counts = limit.isOn && (route.limit === 'general' || route.limit === 'heavy')
  const isOpen = route.access === 'open'
  if (isOpen && !counts) return { identity: null, used: 0, resetMs: 0 }
  if (credentials.sessionId === null && !counts) return { identity: null, used: 0, resetMs: 0 }
  try {
    return await checkSession(call.deps, {
      sessionId: credentials.sessionId,
      address: call.address,
      cost: counts ? 1 : 0,
      touch: route.limit !== 'stream' && credentials.kind === 'cookie',
    })
  } catch (error) {
    if (!isOpen) throw error
    limit.judgeLocally(call.address)
    return { identity: null, used: 0, resetMs: 0 }
  }
}

/**
 * Says who asks and judges the limits, in one round trip for a known session. Throws 401 when a route that is not
 * open has no session, 429, and 503 when the session store is away: nothing opens then.
 */
export async function authenticate(
  call: RequestCall,
  route: Route,
  credentials: Credentials,
  services: { limit: GeneralLimit; findToken: FindToken },
): Promise<void> {
  if (route.limit === 'auth') await countSignInAddress(call.deps, call.address)
  let checked = await check(call, route, credentials, services.limit)
  // known before any limit is judged: a signed-in person's refusals are not an address's
  call.principal = checked.identity?.principal ?? null
  services.limit.judge(checked)
  if (await isNewToken(call, checked, credentials, services.findToken)) {
    // now it is in the store: counted by its own limit like every later call
    checked = await check(call, route, credentials, services.limit)
    services.limit.judge(checked)
  }
  const { identity } = checked
  if (identity === null) {
    if (route.access === 'open') return
    throw new AppError('auth/required')
  }
  call.principal = identity.principal
  call.sessionId = credentials.sessionId
  call.mustChangePassword = identity.mustChangePassword
  if (checked.used > 0) call.limitBy = identity.limitBy
  authorize(route, identity)
  if (route.limit === 'heavy') await countHeavy(call.deps, identity.limitBy)
}

async function isNewToken(
  call: RequestCall,
  { identity }: Checked,
  { kind, sessionId }: Credentials,
  findToken: FindToken,
): Promise<boolean> {
  if (identity !== null || kind !== 'bearer' || sessionId === null) return false
  return (await findToken(call, sessionId)) !== null
}

/** Denies whatever the route table does not allow. */
function authorize(route: Route, identity: Identity): void {
  const { access } = route
  if (access === 'open') return
  if (identity.mustChangePassword && route.evenBeforePasswordChange !== true) {
    throw new AppError('auth/must-change-password')
  }
  if (route.peopleOnly === true && identity.isToken) throw new AppError('auth/forbidden')
  if (access === 'session') return
  if (!access.anyOf.some((permission) => identity.principal.permissions.has(permission))) {
    throw new AppError('auth/forbidden')
  }
}
