import request from 'supertest'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { flushRedis } from '../../shared/testing/harness.ts'
import { sessionsAlive } from '../../shared/users/alive.ts'
import { hashSecret } from '../../shared/users/session-record.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

const MINUTE_MS = 60_000
let api: TestApi
let admin: string
let aheadMs = 0
beforeAll(async () => {
  api = await startTestApi({
    config: { RATE_LIMIT_GENERAL_PER_HOUR: 1000 },
    rewire: (deps) => ({ ...deps, clock: { now: () => new Date(Date.now() + aheadMs) } }),
  })
})
afterAll(() => api.close())
beforeEach(async () => {
  aheadMs = 0
  await api.deps.emptyTables()
  await flushRedis(api.deps.prefix)
  admin = await api.signIn('admin')
})

const as = (cookie: string, method: 'get' | 'post' | 'delete' | 'patch', path: string) =>
  request(api.url)[method](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const withToken = (token: string, path: string, method: 'get' | 'post' = 'get') =>
  request(api.url)[method](path).set('Authorization', `Bearer ${token}`)
const make = (body: object, cookie = admin) =>
  as(cookie, 'post', '/api/tokens').send({ name: 'script', ...body })

it('a script signs in by token, without cookie or header, within its scopes', async () => {
  const made = await make({ scopes: ['users.view'] })
  expect(made.status).toBe(201)
  const { token } = made.body
  expect(token).toMatch(/^clinic_[A-Za-z0-9_-]{43}$/)
  expect((await withToken(token, '/api/users')).status).toBe(200)
  expect((await withToken(token, '/api/users')).status).toBe(200)
  const me = await withToken(token, '/api/auth/me')
  expect(me.status).toBe(200)
  expect((await withToken(token, '/api/users', 'post').send({})).status).toBe(403)
  expect((await withToken(token, '/api/tokens')).status).toBe(403)
  expect((await withToken(token, '/api/auth/password', 'post').send({})).status).toBe(403)
  const rows = JSON.stringify(await api.deps.db('api_tokens').select())
  expect(rows).not.toContain(token)
})

it('nobody makes a token that may more than he may', async () => {
  expect((await make({ scopes: ['audit.all'] })).status).toBe(403)
  expect((await make({ scopes: ['everything'] })).status).toBe(400)
  const doctor = await api.signIn('doctor')
  expect((await make({ scopes: ['patients.view'] }, doctor)).status).toBe(403)
})

it('ends when revoked, when it expires, and with its owner', async () => {
  const chief = await api.signIn('super_admin')
  const first = (await make({ scopes: ['users.view'] })).body
  expect((await withToken(first.token, '/api/users')).status).toBe(200)
  expect((await as(admin, 'delete', `/api/tokens/${first.id}`)).status).toBe(204)
  expect((await withToken(first.token, '/api/users')).status).toBe(401)

  const soon = new Date(Date.now() + MINUTE_MS).toISOString()
  const brief = (await make({ scopes: ['users.view'], expiresAt: soon })).body
  expect((await withToken(brief.token, '/api/users')).status).toBe(200)
  aheadMs = MINUTE_MS
  expect((await withToken(brief.token, '/api/users')).status).toBe(401)

  const last = (await make({ scopes: ['users.view'] })).body
  expect((await withToken(last.token, '/api/users')).status).toBe(200)
  const owner = await api.user('admin')
  await as(chief, 'patch', `/api/users/${owner}`).send({ version: 1, role: 'cashier' })
  expect((await withToken(last.token, '/api/users')).status).toBe(403)
  await as(chief, 'patch', `/api/users/${owner}`).send({ version: 2, active: false })
  expect((await withToken(last.token, '/api/users')).status).toBe(401)
})

it('carries its own hourly limit, exactly', async () => {
  const { token } = (await make({ scopes: ['users.view'], perHour: 5 })).body
  const answers = []
  for (let n = 0; n < 7; n++) answers.push((await withToken(token, '/api/users')).status)
  expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429])
  expect((await as(admin, 'get', '/api/users')).status).toBe(200)
})

it.each(['', 'x', 'clinic_', `clinic_${'A'.repeat(43)}`, `clinic_${'A'.repeat(43)} `, 'a b', 'ü'.repeat(30)])(
  'refuses the token %j',
  async (token) => {
    expect((await withToken(encodeURI(token), '/api/users')).status).toBe(401)
  },
)

it('a bearer never falls back to the cookie', async () => {
  const answer = await as(admin, 'get', '/api/users').set(
    'Authorization',
    'Bearer nothing-like-a-token-at-all',
  )
  expect(answer.status).toBe(401)
})

it('a stream of a token outlives its snapshot, and ends with the token', async () => {
  const made = (await make({ scopes: ['users.view'] })).body
  const id = hashSecret(made.token)
  expect((await sessionsAlive(api.deps, [id])).get(id)?.username).toBe('admin')
  await flushRedis(api.deps.prefix)
  expect((await sessionsAlive(api.deps, [id])).get(id)?.username).toBe('admin')
  admin = await api.signIn('admin')
  await as(admin, 'delete', `/api/tokens/${made.id}`)
  expect((await sessionsAlive(api.deps, [id])).get(id)).toBeNull()
})
