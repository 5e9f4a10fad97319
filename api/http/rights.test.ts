import { afterAll, describe, expect, it } from 'vitest'
import { ROLES, type Role } from '../../shared/rights/permissions.ts'
import type { Route } from './route.ts'
import { roleMay, startTestApi } from './testing.ts'

// the app is up before the tests are listed, because the list of tests is its route table
const api = await startTestApi()
const table = api.app.routes
const cookies = new Map<Role, string>()
for (const role of ROLES) cookies.set(role, await api.signIn(role))
afterAll(() => api.close())

const guarded = table.filter(({ access }) => access !== 'open')

const ID = '1'
const pathOf = (route: Route) => route.path.replace(/:[A-Za-z]+/g, ID)

/** Whether the table lets a role through; what the handler then says about the record is its own business. */
const expected = (route: Route, role: Role): boolean =>
  route.access === 'session' || (typeof route.access === 'object' && roleMay(role, route.access.anyOf))

/** A refusal by the table, as opposed to one by the handler or the schema. */
const isTableRefusal = (status: number, code: unknown) =>
  status === 403 && (code === 'auth/forbidden' || code === 'request/forged')

/** An unknown field in query and body makes every route stop at its schema, so that no handler changes anything. */
async function ask(
  route: Route,
  cookie: string | undefined,
): Promise<{ status: number; body: { code?: string } }> {
  const headers: Record<string, string> = { 'X-Requested-With': 'clinic' }
  if (cookie !== undefined) headers.Cookie = cookie
  const enough = new AbortController()
  const answer = await fetch(`${api.url}${pathOf(route)}?no-such-field=1`, {
    method: route.method,
    headers,
    signal: enough.signal,
  })
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true
  const body = isProblem ? ((await answer.json()) as { code?: string }) : {}
  enough.abort()
  return { status: answer.status, body }
}

describe('rights', () => {
  it('there are guarded routes, and each has a limit class and parameters with a schema', () => {
    expect(guarded.length).toBeGreaterThan(10)
    for (const route of table) {
      expect(['general', 'auth', 'heavy', 'stream', 'none'], route.path).toContain(route.limit)
      if (route.access !== 'open' && route.limit === 'none')
        expect(route.tag).toMatch(/health|operations|ops/i)
    }
  })

  it('routes open to everybody are the few that must be', () => {
    const open = table
      .filter(({ access }) => access === 'open')
      .map(({ method, path }) => `${method} ${path}`)
    const allowed =
      /^GET \/(livez|readyz|api\/(docs|openapi\.json|performance\/health|sse\/health))|^POST \/api\/auth\/(login|unlock)$/
    // unlocking takes the cookie of a locked session and a password; screens and slips show a token of their own, which their handlers ask for; a certificate's code proves itself
    const byToken =
      /^GET \/api\/(display\/board|sse\/display|track\/:slipToken|verify\/(keys|:code))$|^POST \/api\/(displays\/pair|display\/acks)$/
    expect(open.filter((each) => !allowed.test(each) && !byToken.test(each))).toEqual([])
  })

  it.each(guarded.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s: refused without a session, else as the table says',
    async (_, route) => {
      const anonymous = await ask(route, undefined)
      expect(anonymous.status).toBe(401)
      for (const role of ROLES) {
        const { status, body } = await ask(route, cookies.get(role))
        const refused = isTableRefusal(status, body?.code)
        expect(refused, `${role}: ${status} ${body?.code}`).toBe(!expected(route, role))
        expect(status).not.toBe(401)
        expect(status).toBeLessThan(500)
      }
    },
  )

  it('a denial is recorded', async () => {
    const route = guarded.find((each) => !expected(each, 'cashier')) as Route
    await ask(route, cookies.get('cashier'))
    const { drainOnce } = await import('../../shared/audit/drain.ts')
    await expect
      .poll(
        async () => {
          await drainOnce(api.deps)
          return api.deps.db('audit_entries').where({ action: 'access.denied', username: 'cashier' })
        },
        { interval: 300 },
      )
      .not.toHaveLength(0)
  })
})
