import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import type { Config } from '../../shared/config/config.ts'
import { permissionsOf, type Role } from '../../shared/rights/permissions.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { hashPassword } from '../../shared/users/password.ts'
import { type App, createApp } from '../app.ts'
import { type ApiServices, closeServices, openServices } from '../services.ts'
import type { Route } from './route.ts'

/** Password of every test user. */
export const TEST_PASSWORD = 'seven green umbrellas walk home'

/** A real API on a real port, on this test worker's servers. */
export interface TestApi {
  deps: TestDeps
  app: App
  services: ApiServices
  server: Server
  url: string
  /** A request without a session. */
  http: ReturnType<typeof request>
  /** Makes a user of a role (once) and answers its id. */
  user(role: Role, username?: string): Promise<string>
  /** Signs in as a user of that role and answers its cookie (`name=value`). */
  signIn(role: Role, username?: string): Promise<string>
  close(): Promise<void>
}

/** Starts {@link TestApi}; call `close` in afterAll. Limits are off unless `config` sets them. */
export async function startTestApi(
  options: {
    config?: Partial<Config>
    extraRoutes?: Route[]
    deps?: TestDeps
    rewire?: (deps: TestDeps) => TestDeps
  } = {},
): Promise<TestApi> {
  const opened = options.deps ?? (await testDeps(options.config))
  const wired = options.rewire?.(opened) ?? opened
  const deps = { ...wired, config: { ...wired.config, ...options.config } }
  const services = await openServices(deps)
  const app = createApp(services, { extraRoutes: options.extraRoutes ?? [] })
  const server = createServer(app.listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let passwordHash: string | undefined

  const user = async (role: Role, username: string = role): Promise<string> => {
    const found = await deps.db('users').where({ username }).first('id')
    if (found !== undefined) return String(found.id)
    passwordHash ??= await hashPassword(TEST_PASSWORD)
    const [id] = await deps
      .db('users')
      .insert({ username, name: username, role, password_hash: passwordHash })
    return String(id)
  }

  const signIn = async (role: Role, username: string = role): Promise<string> => {
    await user(role, username)
    const answer = await request(url)
      .post('/api/auth/login')
      .set('X-Requested-With', 'clinic')
      .send({ username, password: TEST_PASSWORD })
    if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}`)
    return cookieOf(answer)
  }

  return {
    deps,
    app,
    services,
    server,
    url,
    http: request(url),
    user,
    signIn,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      app.close()
      await closeServices(services)
      if (options.deps === undefined) await deps.close()
    },
  }
}

/** `name=value` of the cookie that an answer sets. */
export function cookieOf(answer: { headers: Record<string, unknown> }): string {
  const [cookie] = (answer.headers['set-cookie'] ?? []) as string[]
  return (cookie ?? '').split(';', 1)[0] as string
}

/** Whether a role alone satisfies a permission list; the expectation of the rights test. */
export const roleMay = (role: Role, anyOf: readonly string[]): boolean =>
  anyOf.some((each) => (permissionsOf(role, []) as ReadonlySet<string>).has(each))
