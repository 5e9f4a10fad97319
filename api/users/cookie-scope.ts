import type { Origin } from '../../shared/users/origin.ts'
import { isSecure } from '../http/client.ts'
import type { CookieScope } from '../http/cookies.ts'
import type { Call } from '../http/route.ts'

/** What decides the name of the session cookie for this call. */
export const cookieScope = ({ req, deps, address }: Call): CookieScope => ({
  secure: isSecure(req, deps.config),
  address,
})

/** Where the call comes from, for commands and their audit. */
export const originOf = (call: Call): Origin => ({
  address: call.address,
  requestId: call.requestId,
  userAgent: call.header('user-agent') ?? '',
})
