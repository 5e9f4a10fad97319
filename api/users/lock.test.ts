import { generate } from 'otplib'
import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flushRedis } from '../../shared/testing/harness.ts'
import { cookieOf, startTestApi, TEST_PASSWORD, type TestApi } from '../http/testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.deps.emptyTables()
  await flushRedis(api.deps.prefix)
})

const post = (path: string, cookie?: string, body: object = {}) => {
  const sent = request(api.url).post(path).set('X-Requested-With', 'clinic')
  return (cookie === undefined ? sent : sent.set('Cookie', cookie)).send(body)
}
const me = (cookie: string) => request(api.url).get('/api/auth/me').set('Cookie', cookie)
const lock = (cookie: string) => post('/api/auth/lock', cookie)
const unlock = (cookie: string | undefined, password = TEST_PASSWORD) =>
  post('/api/auth/unlock', cookie, { password })
const of = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]
const locked = () => api.deps.redis.keys(`${api.deps.prefix}:session:locked:*`)

describe('a locked session', () => {
  it('opens nothing, and goes on by its owner’s password as a new one, both on record', async () => {
    const cookie = await api.signIn('doctor')
    const answer = await lock(cookie)
    expect([answer.status, answer.headers['clear-site-data']]).toEqual([204, undefined])
    for (const path of ['/api/auth/me', '/api/patients', '/api/queue'])
      expect((await request(api.url).get(path).set('Cookie', cookie)).status, path).toBe(401)
    expect(of(await lock(cookie))).toEqual([401, 'auth/required'])
    expect(of(await unlock(cookie, 'not the password'))).toEqual([401, 'auth/failed'])
    const open = await unlock(cookie)
    expect(open.status).toBe(200)
    expect(open.body.user.username).toBe('doctor')
    expect(cookieOf(open)).not.toBe(cookie)
    expect((await me(cookieOf(open))).status).toBe(200)
    expect((await me(cookie)).status).toBe(401)
    expect(of(await unlock(cookie))).toEqual([401, 'auth/required'])
    const entries = await api.deps.db('audit_entries').orderBy('id').pluck('action')
    expect(entries).toEqual(expect.arrayContaining(['auth.lock', 'auth.login-failed', 'auth.unlock']))
  })

  it('is opened once by two at once', async () => {
    const cookie = await api.signIn('doctor')
    await lock(cookie)
    const answers = await Promise.all([unlock(cookie), unlock(cookie)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  it('keeps its absolute end', async () => {
    const cookie = await api.signIn('doctor')
    const ends = async (pattern: string) => {
      const [key] = await api.deps.redis.keys(`${api.deps.prefix}:session:${pattern}`)
      return Number(await api.deps.redis.hget(key as string, 'x'))
    }
    const before = await ends('*')
    await lock(cookie)
    expect(await ends('locked:*')).toBe(before)
    const [key] = await locked()
    expect(await api.deps.redis.pttl(key as string)).toBeLessThanOrEqual(before - Date.now() + 1000)
    expect((await unlock(cookie)).status).toBe(200)
    // to the moment between two looks at the clock
    expect(Math.abs((await ends('*')) - before)).toBeLessThan(60_000)
  })

  it('ends with its owner’s other sessions, and with a change of the person', async () => {
    const [cookie, desk] = [await api.signIn('doctor'), await api.signIn('doctor')]
    await lock(cookie)
    expect((await request(api.url).get('/api/auth/sessions').set('Cookie', desk)).body.data).toHaveLength(1)
    await request(api.url).delete('/api/auth/sessions').set('Cookie', desk).set('X-Requested-With', 'clinic')
    expect(await locked()).toEqual([])
    expect(of(await unlock(cookie))).toEqual([401, 'auth/required'])
    const again = await api.signIn('doctor')
    await lock(again)
    await api.deps.db('users').where({ username: 'doctor' }).increment('version', 1)
    expect(of(await unlock(again))).toEqual([401, 'auth/required'])
  })

  it('is nothing without its cookie, and no way round an ended or an open session', async () => {
    const cookie = await api.signIn('doctor')
    expect(of(await unlock(undefined))).toEqual([401, 'auth/required'])
    expect(of(await unlock(cookie))).toEqual([401, 'auth/required'])
    await post('/api/auth/logout', cookie)
    expect(of(await unlock(cookie))).toEqual([401, 'auth/required'])
  })

  it('does not ask for the second step that this browser has taken', async () => {
    const before = await api.signIn('doctor')
    const { body } = await post('/api/auth/2fa/setup', before, { password: TEST_PASSWORD })
    const on = await post('/api/auth/2fa/enable', before, {
      code: await generate({ secret: body.secret as string }),
    })
    const cookie = cookieOf(on)
    await lock(cookie)
    const open = await unlock(cookie)
    expect([open.status, open.body.user.twoFactor]).toEqual([200, true])
  })

  it('is where the settings want it: by minutes and by role', async () => {
    const admin = await api.signIn('admin')
    const cashier = await api.signIn('cashier')
    const minutes = async (cookie: string) => (await me(cookie)).body.lockAfterMin
    expect([await minutes(admin), await minutes(cashier)]).toEqual([10, 10])
    const set = (name: string, value: unknown) =>
      request(api.url)
        .patch(`/api/settings/${name}`)
        .set('Cookie', admin)
        .set('X-Requested-With', 'clinic')
        .send({ value, version: 0 })
    expect((await set('screens.lockAfterMin', 3)).status).toBe(200)
    expect((await set('screens.lockRoles', ['admin', 'doctor'])).status).toBe(200)
    expect([await minutes(admin), await minutes(cashier)]).toEqual([3, null])
    expect(
      (await post('/api/auth/login', undefined, { username: 'admin', password: TEST_PASSWORD })).body,
    ).toHaveProperty('lockAfterMin', 3)
  })
})
