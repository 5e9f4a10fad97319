import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flushRedis } from '../../shared/testing/harness.ts'
import { cookieOf, startTestApi, TEST_PASSWORD, type TestApi } from '../http/testing.ts'

const HOUR_MS = 3_600_000
const GUEST = '203.0.113.9'
const CLINIC = '198.51.100.7'

let api: TestApi
let aheadMs = 0
let admin: string
beforeAll(async () => {
  api = await startTestApi({
    config: { TRUST_PROXY: 1 },
    rewire: (deps) => ({ ...deps, clock: { now: () => new Date(Date.now() + aheadMs) } }),
  })
})
afterAll(() => api.close())
beforeEach(async () => {
  aheadMs = 0
  await api.deps.emptyTables()
  await flushRedis(api.deps.prefix)
  await forgotten()
  admin = await api.signIn('admin')
})

/** Rules of an earlier test are still held by the process until it looks again. */
async function forgotten() {
  await api.deps.redis.set(`${api.deps.prefix}:address-rules`, String(Math.random()))
  await api.services.guard?.tick()
}

const from = (
  address: string,
  method: 'get' | 'post' | 'delete' | 'patch',
  path: string,
  cookie?: string,
) => {
  const sent = request(api.url)
    [method](path)
    .set('X-Requested-With', 'clinic')
    .set('X-Forwarded-For', address)
  return cookie === undefined ? sent : sent.set('Cookie', cookie)
}
const own = (method: 'get' | 'post' | 'delete', path: string, cookie = admin) =>
  request(api.url)[method](path).set('X-Requested-With', 'clinic').set('Cookie', cookie)
const add = (body: object) => own('post', '/api/security/blocks').send({ reason: 'Guessing', ...body })
const health = (address: string) => from(address, 'get', '/api/auth/me')
const wrongLogin = (address: string) =>
  from(address, 'post', '/api/auth/login').send({ username: 'nobody', password: 'x' })
const signInFrom = async (address: string, role: 'doctor') => {
  await api.user(role)
  return cookieOf(
    await from(address, 'post', '/api/auth/login').send({ username: role, password: TEST_PASSWORD }),
  )
}

describe('rules about addresses', () => {
  it('shut out at once in every process, for everything, and are taken back', async () => {
    const other = await startTestApi({ deps: api.deps, config: { TRUST_PROXY: 1 } })
    try {
      const cookie = await signInFrom(GUEST, 'doctor')
      expect((await health(GUEST).set('Cookie', cookie)).status).toBe(200)
      const made = await add({ network: GUEST })
      expect(made.status).toBe(201)
      expect(made.body).toMatchObject({ kind: 'block', network: GUEST, automatic: false, createdBy: 'admin' })
      const isShut = async (url: string) => {
        const answer = await request(url)
          .get('/api/auth/me')
          .set('X-Forwarded-For', GUEST)
          .set('Cookie', cookie)
        return answer.status === 403 && answer.body.code === 'auth/blocked'
      }
      for (const url of [api.url, other.url])
        await expect.poll(() => isShut(url), { timeout: 3000 }).toBe(true)
      expect((await from(GUEST, 'get', '/api/no-such-thing')).status).toBe(403)
      expect((await health('203.0.113.10')).status).toBe(401)
      expect((await own('delete', `/api/security/blocks/${made.body.id}`)).status).toBe(204)
      await expect.poll(() => isShut(api.url), { timeout: 3000 }).toBe(false)
      const actions = await api.deps.db('audit_entries').where({ entity: 'address-rule' }).pluck('action')
      expect(actions).toEqual(['security.block', 'security.unblock'])
    } finally {
      await other.close()
    }
  })

  it('hold ranges of both families, and what is allowed comes first', async () => {
    await add({ network: '203.0.113.0/24' })
    await add({ network: '2001:db8::/32' })
    await add({ network: '203.0.113.9', kind: 'allow' })
    await forgotten()
    expect((await health('203.0.113.200')).status).toBe(403)
    expect((await health('2001:db8:9::1')).status).toBe(403)
    expect((await health('203.0.113.9')).status).toBe(401)
    const list = await own('get', '/api/security/blocks')
    expect(list.body.data).toHaveLength(3)
    expect(list.body.meta).toMatchObject({ total: 3, yourAddress: '127.0.0.1' })
  })

  it('end by themselves', async () => {
    await add({ network: GUEST, expiresAt: new Date(Date.now() + HOUR_MS).toISOString() })
    await forgotten()
    expect((await health(GUEST)).status).toBe(403)
    aheadMs = HOUR_MS + 1000
    expect((await health(GUEST)).status).toBe(401)
    aheadMs = HOUR_MS + 60_000
    // and make room for the next of the same kind
    admin = await api.signIn('admin')
    expect((await add({ network: GUEST })).status).toBe(201)
    expect((await add({ network: GUEST })).status).toBe(409)
  })

  it('never take the person who makes them, this machine, or half the world', async () => {
    for (const network of ['127.0.0.1', '::1', '0.0.0.0/0', '126.0.0.0/7', '::/0', '2000::/3']) {
      const answer = await add({ network })
      expect([answer.status, answer.body.errors[0].path], network).toEqual([422, 'network'])
    }
    const chief = await from(CLINIC, 'post', '/api/auth/login').send({
      username: 'admin',
      password: TEST_PASSWORD,
    })
    const answer = await from(CLINIC, 'post', '/api/security/blocks', cookieOf(chief)).send({
      network: '198.51.100.0/24',
      reason: 'Oops',
    })
    expect(answer.status).toBe(422)
    expect((await add({ network: 'not-an-address' })).status).toBe(422)
    expect((await add({ network: GUEST, expiresAt: '2020-01-01T00:00:00Z' })).status).toBe(422)
    expect((await add({ network: GUEST, reason: ' ' })).status).toBe(400)
  })

  it('go by the address that our own proxy saw, whatever the client writes', async () => {
    await add({ network: GUEST })
    await forgotten()
    expect((await health(`10.0.0.1, ${GUEST}`)).status).toBe(403)
    expect((await health(`${GUEST}, 10.0.0.1`)).status).toBe(401)
    const spoofed = request(api.url).get('/api/auth/me').set('X-Forwarded-For', GUEST)
    expect((await spoofed.set('X-Real-IP', '10.0.0.1').set('Forwarded', 'for=10.0.0.1')).status).toBe(403)
  })

  it('are counted for the operators', async () => {
    await add({ network: GUEST })
    await forgotten()
    const before = await blockedSoFar()
    await health(GUEST)
    expect(await blockedSoFar()).toBe(before + 1)
  })
})

async function blockedSoFar(): Promise<number> {
  const text = await api.services.ops.metrics.registry.getSingleMetricAsString(
    'clinic_blocked_requests_total',
  )
  return Number(/by="manual"[^}]*\} (\d+)/.exec(text)?.[1])
}

describe('abuse', () => {
  const guess = async (address: string, times: number) => {
    for (let n = 0; n < times; n += 1) api.services.guard?.misbehaved(address, 'sign-in')
    await api.services.guard?.tick()
    await forgotten()
  }

  it('a hundred failed sign-ins in ten minutes shut the address out for an hour, then a day', async () => {
    expect((await wrongLogin(GUEST)).status).toBe(401)
    await guess(GUEST, 99)
    expect((await wrongLogin(GUEST)).status).toBe(401)
    await api.services.guard?.tick()
    await forgotten()
    const shut = await wrongLogin(GUEST)
    expect([shut.status, shut.body.code]).toEqual([403, 'auth/blocked'])
    const [first] = (await own('get', '/api/security/blocks')).body.data
    expect(first).toMatchObject({ network: GUEST, automatic: true, createdBy: null })
    const lasts = (each: { createdAt: string; expiresAt: string }) =>
      Date.parse(each.expiresAt) - Date.parse(each.createdAt)
    expect(lasts(first)).toBe(HOUR_MS)
    expect(await api.deps.db('audit_entries').where({ action: 'security.block-automatic' })).toHaveLength(1)
    aheadMs = HOUR_MS + 1000
    await guess(GUEST, 101)
    admin = await api.signIn('admin')
    expect(lasts((await own('get', '/api/security/blocks')).body.data[0])).toBe(24 * HOUR_MS)
  })

  it('an IPv6 address is shut out with its neighbours of one household', async () => {
    await guess('2001:db8:1:2::5', 101)
    expect((await wrongLogin('2001:db8:1:2:ffff::1')).status).toBe(403)
    expect((await wrongLogin('2001:db8:1:3::1')).status).toBe(401)
  })

  it('never an address where somebody signed in, nor one that is allowed, nor this machine', async () => {
    await signInFrom(CLINIC, 'doctor')
    await guess(CLINIC, 500)
    expect((await wrongLogin(CLINIC)).status).toBe(401)
    await add({ network: GUEST, kind: 'allow' })
    await guess(GUEST, 500)
    expect((await wrongLogin(GUEST)).status).toBe(401)
    await guess('127.0.0.1', 500)
    expect((await own('get', '/api/auth/me')).status).toBe(200)
  })

  it('does not take the session of somebody who is signed in behind the same address', async () => {
    const cookie = await signInFrom('203.0.113.50', 'doctor')
    await guess(GUEST, 101)
    expect((await health(GUEST)).status).toBe(403)
    expect((await health(GUEST).set('Cookie', cookie)).status).toBe(200)
  })

  it('a signed-in person who asks for what is not there is nobody to shut out', async () => {
    const cookie = await signInFrom('203.0.113.50', 'doctor')
    for (let n = 0; n < 30; n++) await from(GUEST, 'get', `/api/patients/${n + 1}`, cookie)
    for (let n = 0; n < 30; n++) await from(GUEST, 'post', '/api/auth/password', cookie).send({})
    await api.services.guard?.tick()
    expect(await api.deps.redis.keys(`${api.deps.prefix}:abuse:*`)).toEqual([])
  })
})

it('the rules stay in force while Redis is away', async () => {
  const deaf = { get: () => Promise.reject(new Error('away')), set: () => Promise.reject(new Error('away')) }
  const { openGuard } = await import('../../shared/security/guard.ts')
  const { addRule } = await import('../../shared/security/commands.ts')
  const deps = { ...api.deps, redis: deaf as never }
  await addRule(deps, {}, { kind: 'block', network: GUEST, reason: 'x' })
  const guard = openGuard(deps)
  await guard.tick()
  guard.stop()
  expect(guard.judge(GUEST)).toBe('manual')
})
