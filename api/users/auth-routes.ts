import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { lockSession, unlockSession } from '../../shared/users/lock.ts'
import { lockAfterMin } from '../../shared/users/lock-rule.ts'
import { ownUser } from '../../shared/users/reads.ts'
import { loginBody, passwordBody, signedIn, unlockBody } from '../../shared/users/schema.ts'
import { endSession, endSessionsOf, listSessions } from '../../shared/users/sessions.ts'
import { changePassword, signIn, signOut } from '../../shared/users/sign-in.ts'
import { sessionSecret } from '../http/cookies.ts'
import { type Route, route } from '../http/route.ts'
import { cookieScope, originOf } from './cookie-scope.ts'
import { personOf, signedOut, withCookie } from './replies.ts'
import { sessionId, sessionView } from './session-shape.ts'
import { twoFactorRoutes } from './two-factor-routes.ts'

const PERSONAL = { tag: 'Sign-in', access: 'session', limit: 'general', peopleOnly: true } as const
/** Sign-in, sign-out, one's own password and sessions. */
export function authRoutes(): Route[] {
  return [
    ...twoFactorRoutes(),
    route({
      method: 'POST',
      path: '/api/auth/login',
      tag: 'Sign-in',
      summary: 'Sign in by user name or e-mail address',
      access: 'open',
      limit: 'auth',
      body: loginBody,
      response: signedIn,
      handle: async (call) => withCookie(call, await signIn(call.deps, call.body, originOf(call))),
    }),
    route({
      ...PERSONAL,
      method: 'POST',
      path: '/api/auth/logout',
      summary: 'Sign out of this session',
      evenBeforePasswordChange: true,
      handle: async (call) => {
        const { principal, sessionId } = personOf(call)
        await signOut(call.deps, principal, sessionId, originOf(call))
        return signedOut(call)
      },
    }),
    route({
      ...PERSONAL,
      method: 'POST',
      path: '/api/auth/lock',
      summary: 'Lock this session: it opens nothing until it is unlocked',
      handle: async (call) => {
        const { principal, sessionId } = personOf(call)
        await lockSession(call.deps, principal, sessionId, originOf(call))
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      path: '/api/auth/unlock',
      tag: 'Sign-in',
      summary: 'Go on with a locked session, by its owner’s password',
      access: 'open',
      limit: 'auth',
      body: unlockBody,
      response: signedIn,
      handle: async (call) => {
        const secret = sessionSecret(call.header('cookie'), cookieScope(call))
        return withCookie(call, await unlockSession(call.deps, secret, call.body.password, originOf(call)))
      },
    }),
    route({
      ...PERSONAL,
      method: 'POST',
      path: '/api/auth/password',
      summary: 'Change your own password',
      limit: 'auth',
      evenBeforePasswordChange: true,
      body: passwordBody,
      response: signedIn,
      handle: async (call) => {
        const { principal } = personOf(call)
        return withCookie(call, await changePassword(call.deps, principal, call.body, originOf(call)))
      },
    }),
    route({
      method: 'GET',
      path: '/api/auth/me',
      tag: 'Sign-in',
      summary: 'Who is signed in',
      access: 'session',
      limit: 'general',
      evenBeforePasswordChange: true,
      response: signedIn,
      handle: async (call) => {
        const { userId, role } = personOf(call).principal
        return {
          body: {
            user: await ownUser(call.deps, userId),
            mustChangePassword: call.mustChangePassword === true,
            lockAfterMin: await lockAfterMin(call.deps, role),
          },
        }
      },
    }),
    route({
      ...PERSONAL,
      method: 'GET',
      path: '/api/auth/sessions',
      summary: 'Where you are signed in',
      response: z.object({ data: z.array(sessionView.extend({ current: z.boolean() })) }),
      handle: async (call) => {
        const { principal, sessionId } = personOf(call)
        const open = await listSessions(call.deps, principal.userId)
        return { body: { data: open.map((each) => ({ ...each, current: each.id === sessionId })) } }
      },
    }),
    route({
      ...PERSONAL,
      method: 'DELETE',
      path: '/api/auth/sessions',
      summary: 'End all your other sessions',
      handle: async (call) => {
        const { principal, sessionId } = personOf(call)
        await endSessionsOf(call.deps, principal.userId, sessionId)
        return { status: 204 }
      },
    }),
    route({
      ...PERSONAL,
      method: 'DELETE',
      path: '/api/auth/sessions/:id',
      summary: 'End one of your sessions',
      params: z.strictObject({ id: sessionId }),
      handle: async (call) => {
        const { principal, sessionId } = personOf(call)
        if (!(await endSession(call.deps, principal.userId, call.params.id))) throw new AppError('not-found')
        return call.params.id === sessionId ? signedOut(call) : { status: 204 }
      },
    }),
  ]
}
