import { AppError } from '../../shared/errors/app-error.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import type { SignedIn } from '../../shared/users/sign-in.ts'
import { endedCookie, sessionCookie } from '../http/cookies.ts'
import type { Call, Reply } from '../http/route.ts'
import { cookieScope } from './cookie-scope.ts'

/** The signed-in person of a call; the table guarantees one, the type does not know. */
export function personOf(call: Call): { principal: Principal; sessionId: string } {
  const { principal, sessionId } = call
  if (principal === null || sessionId === null) throw new AppError('auth/required')
  return { principal, sessionId }
}

/** The answer of a call that opened a session: the person, with the cookie; `more` goes beside them. */
export const withCookie = (
  call: Call,
  { secret, user, mustChangePassword, lockAfterMin }: SignedIn,
  more: Record<string, unknown> = {},
): Reply => ({
  status: 200,
  body: { user, mustChangePassword, lockAfterMin, ...more },
  headers: { 'Set-Cookie': sessionCookie(secret, cookieScope(call)) },
})

/** 204 that takes the session's cookie back and wipes what the browser keeps of the clinic. */
export const signedOut = (call: Call): Reply => ({
  status: 204,
  headers: {
    'Set-Cookie': endedCookie(cookieScope(call)),
    'Clear-Site-Data': '"cache", "cookies", "storage"',
  },
})
