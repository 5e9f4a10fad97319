import type { Role } from '../rights/permissions.ts'
import { createSession } from '../users/sessions.ts'
import { type TestDeps, testDeps, testEnv } from './harness.ts'
import { startProcess } from './processes.ts'

/** Two API processes on this test worker's servers, and one person who is signed in. */
export interface TwoApis {
  deps: TestDeps
  userId: string
  /** Asks one of the two, by turns of `n`; state-changing calls may carry an idempotency key, all further headers. */
  ask(
    n: number,
    method: string,
    path: string,
    body?: unknown,
    key?: string,
    more?: Record<string, string>,
  ): Promise<Response>
  close(): Promise<void>
}

/** Starts {@link TwoApis}; call `close` in afterAll. */
export async function startTwoApis(role: Role, name = 'Desk'): Promise<TwoApis> {
  const deps = await testDeps()
  const apis = await Promise.all([startProcess('api', testEnv()), startProcess('api', testEnv())])
  await Promise.all(apis.map((api) => api.ready()))
  const user = { username: role, name, role }
  const [id] = await deps.db('users').insert({ ...user, password_hash: 'none' })
  const userId = String(id)
  const { secret } = await createSession(
    deps,
    { ...user, userId, grants: [], mustChangePassword: false },
    { address: '127.0.0.1', userAgent: 'test' },
  )
  const headers = { Cookie: `clinic=${secret}`, 'X-Requested-With': 'clinic' }
  return {
    deps,
    userId,
    ask: (n, method, path, body, key, more = {}) =>
      fetch(`${apis[n % apis.length]?.url}${path}`, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
          ...more,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    close: async () => {
      await Promise.all(apis.map((api) => api.stop()))
      await deps.close()
    },
  }
}
