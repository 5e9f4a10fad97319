import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flushRedis } from '../../shared/testing/harness.ts'
import { cookieOf, startTestApi, TEST_PASSWORD, type TestApi } from '../http/testing.ts'

const NEW_PASSWORD = 'nine brown boots on the ferry'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.deps.emptyTables()
  await flushRedis(api.deps.prefix)
})

const send = (method: 'post' | 'patch' | 'delete', path: string, cookie?: string) => {
  const sent = request(api.url)[method](path).set('X-Requested-With', 'clinic')
  return cookie === undefined ? sent : sent.set('Cookie', cookie)
}
const login = (username: string, password: string, cookie?: string) =>
  send('post', '/api/auth/login', cookie).send({ username, password })
const me = (cookie: string) => request(api.url).get('/api/auth/me').set('Cookie', cookie)
const audited = (action: string) =>
  api.deps.db('audit_entries').where({ action }).select('username', 'outcome')

describe('sign-in', () => {
  it('answers the person and a cookie that scripts cannot read', async () => {
    await api.user('doctor')
    const answer = await login(' Doctor ', TEST_PASSWORD)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      user: { username: 'doctor', role: 'doctor' },
      mustChangePassword: false,
    })
    expect(answer.body.user).not.toHaveProperty('password_hash')
    const [cookie] = answer.headers['set-cookie'] as unknown as string[]
    expect(cookie).toMatch(/^clinic=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    expect((await me(cookieOf(answer))).body.user.username).toBe('doctor')
    expect(await audited('auth.login')).toEqual([{ username: 'doctor', outcome: 'ok' }])
  })

  it('takes the e-mail address too', async () => {
    const id = await api.user('doctor')
    await api.deps.db('users').where({ id }).update({ email: 'tan@clinic.example' })
    expect((await login('Tan@Clinic.example', TEST_PASSWORD)).status).toBe(200)
  })

  it('answers the same for a wrong name, a wrong password, someone who left and an old one-time password', async () => {
    await api.user('doctor')
    await api.user('cashier', 'gone')
    await api.user('cashier', 'late')
    await api.deps.db('users').where({ username: 'gone' }).update({ active: false })
    await api.deps
      .db('users')
      .where({ username: 'late' })
      .update({ password_expires_at: '2020-01-01 00:00:00.000' })
    const answers = [
      await login('nobody', TEST_PASSWORD),
      await login('doctor', `${TEST_PASSWORD}x`),
      await login('gone', TEST_PASSWORD),
      await login('late', TEST_PASSWORD),
      await login('d\u00f6ctor', TEST_PASSWORD),
    ]
    const bodies = answers.map(({ status, body }) => ({
      status,
      code: body.code,
      title: body.title,
      detail: body.detail,
    }))
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
    expect(bodies[0]).toMatchObject({ status: 401, code: 'auth/failed' })
    expect(await audited('auth.login-failed')).toHaveLength(5)
    expect(JSON.stringify(await api.deps.db('audit_entries').select())).not.toContain('nobody')
  })

  it('never takes over a session id that the browser brought', async () => {
    const before = await api.signIn('doctor')
    const answer = await login('doctor', TEST_PASSWORD, before)
    expect(cookieOf(answer)).not.toBe(before)
    const planted = `clinic=${'A'.repeat(43)}`
    const second = await login('doctor', TEST_PASSWORD, planted)
    expect(cookieOf(second)).not.toBe(planted)
    expect((await me(planted)).status).toBe(401)
  })

  it('keeps no session secret in the store', async () => {
    const cookie = await api.signIn('doctor')
    const keys = await api.deps.redis.keys(`${api.deps.prefix}:*`)
    const dump = await Promise.all(keys.map((key) => api.deps.redis.dump(key).catch(() => '')))
    expect(keys.join() + dump.join()).not.toContain(cookie.split('=')[1])
    expect(keys.length).toBeGreaterThan(0)
  })

  it('refuses a cookie twice, cut, longer or of another name', async () => {
    const cookie = await api.signIn('doctor')
    const [, secret] = cookie.split('=')
    for (const bad of [
      `${cookie}; ${cookie}`,
      cookie.slice(0, -1),
      `${cookie}A`,
      `__Host-clinic=${secret}`,
      'clinic=',
    ]) {
      expect((await me(bad)).status, bad.slice(0, 20)).toBe(401)
    }
    expect((await me(`a=b; ${cookie}; c=d`)).status).toBe(200)
  })

  it('uses the locked cookie name behind TLS', async () => {
    await api.user('doctor')
    const secure = await startTestApi({ deps: api.deps, config: { PUBLIC_URL: 'https://clinic.example' } })
    try {
      const answer = await request(secure.url)
        .post('/api/auth/login')
        .set('X-Requested-With', 'clinic')
        .send({ username: 'doctor', password: TEST_PASSWORD })
      const [cookie] = answer.headers['set-cookie'] as unknown as string[]
      expect(cookie).toMatch(/^__Host-clinic=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
      expect(answer.headers['strict-transport-security']).toContain('max-age=63072000')
    } finally {
      await secure.close()
    }
  })

  it('refuses a huge password before hashing it', async () => {
    await api.user('doctor')
    const answer = await login('doctor', 'a'.repeat(900_000))
    expect(answer.status).toBe(400)
    // stopped by the schema: an attempt that was hashed would be on record
    expect(answer.body.errors[0].path).toBe('password')
    expect(await audited('auth.login-failed')).toEqual([])
  })

  it('hashes again when the parameters have risen', async () => {
    const { hash } = await import('@node-rs/argon2')
    const id = await api.user('doctor')
    const old = await hash(TEST_PASSWORD, { memoryCost: 8192, timeCost: 1 })
    await api.deps.db('users').where({ id }).update({ password_hash: old })
    expect((await login('doctor', TEST_PASSWORD)).status).toBe(200)
    const { password_hash } = await api.deps.db('users').where({ id }).first('password_hash')
    expect(password_hash).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
    expect((await login('doctor', TEST_PASSWORD)).status).toBe(200)
  })
})

describe('passwords', () => {
  const change = (cookie: string, currentPassword: string, newPassword: string) =>
    send('post', '/api/auth/password', cookie).send({ currentPassword, newPassword })

  it('change with the present one, and every session ends but the new', async () => {
    const desk = await api.signIn('doctor')
    const room = await api.signIn('doctor')
    expect((await change(desk, 'wrong wrong wrong', NEW_PASSWORD)).status).toBe(401)
    const answer = await change(desk, TEST_PASSWORD, NEW_PASSWORD)
    expect(answer.status).toBe(200)
    expect((await me(desk)).status).toBe(401)
    expect((await me(room)).status).toBe(401)
    expect((await me(cookieOf(answer))).status).toBe(200)
    expect((await login('doctor', TEST_PASSWORD)).status).toBe(401)
    expect((await login('doctor', NEW_PASSWORD)).status).toBe(200)
  })

  it.each([
    'short',
    'clinic123456',
    'Klinik@2026!!',
    'passwordpassword',
    'aaaaaaaaaaaaaaaa',
    '123456789012',
    'doctor.doctor.doctor',
    'justinbieber',
    'Liverpool.2026',
    'sonyericsson',
  ])('refuses %s', async (weak) => {
    const cookie = await api.signIn('doctor')
    const answer = await change(cookie, TEST_PASSWORD, weak)
    expect(answer.status).toBe(422)
    expect(answer.body.code).toBe('auth/weak-password')
    expect(answer.text).not.toContain(weak)
  })

  it('refuses the name of the clinic, as it is and with a year', async () => {
    const named = { name: 'clinic.name', value: '"Poliklinik Seri Bayu"', updated_at: '2026-01-01' }
    await api.deps.db('settings').insert(named)
    const cookie = await api.signIn('doctor')
    for (const weak of ['PoliklinikSeriBayu', 'seri bayu 2026', 'Seri-Bayu-2026!!']) {
      const answer = await change(cookie, TEST_PASSWORD, weak)
      expect([answer.status, answer.body.code], weak).toEqual([422, 'auth/weak-password'])
    }
  })

  it.each([`${'a'.repeat(15)} 🐈 ok  `, `${'x7 '.repeat(42)}zz`, 'kucing saya makan ikan'])(
    'takes %s whole',
    async (strong) => {
      const cookie = await api.signIn('doctor')
      expect((await change(cookie, TEST_PASSWORD, strong)).status).toBe(200)
      expect((await login('doctor', `${strong.slice(0, -1)}#`)).status).toBe(401)
      expect(
        (await login('doctor', strong.trimEnd() === strong ? `${strong} ` : strong.trimEnd())).status,
      ).toBe(401)
      expect((await login('doctor', strong)).status).toBe(200)
    },
  )
})
