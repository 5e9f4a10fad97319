import { type Route, route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

/** Sign-in, sessions, users and tokens. */
export function usersRoutes(_services: ApiServices): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/auth/me',
      tag: 'auth',
      summary: 'Who is signed in',
      access: 'session',
      limit: 'general',
      evenBeforePasswordChange: true,
      handle: async ({ principal }) => ({ body: { user: principal } }),
    }),
  ]
}
