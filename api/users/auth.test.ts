import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flushRedis } from '../../shared/testing/harness.ts'
import { createInitialUsers } from '../../shared/users/commands.ts'
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

describe('sessions', () => {
  it('are listed and ended by their owner, and by nobody else', async () => {
    const desk = await api.signIn('doctor')
    const room = await api.signIn('doctor')
    const other = await api.signIn('cashier')
    const list = await request(api.url).get('/api/auth/sessions').set('Cookie', desk)
    expect(list.body.data).toHaveLength(2)
    const room1 = list.body.data.find((each: { current: boolean }) => !each.current)
    expect((await send('delete', `/api/auth/sessions/${room1.id}`, other)).status).toBe(404)
    expect((await me(room)).status).toBe(200)
    expect((await send('delete', `/api/auth/sessions/${room1.id}`, desk)).status).toBe(204)
    expect((await me(room)).status).toBe(401)
    expect((await me(desk)).status).toBe(200)
  })

  it('all others end at once', async () => {
    const desk = await api.signIn('doctor')
    const room = await api.signIn('doctor')
    expect((await send('delete', '/api/auth/sessions', desk)).status).toBe(204)
    expect((await me(room)).status).toBe(401)
    expect((await me(desk)).status).toBe(200)
  })

  it('end at sign-out, which wipes the browser', async () => {
    const cookie = await api.signIn('doctor')
    const answer = await send('post', '/api/auth/logout', cookie)
    expect(answer.status).toBe(204)
    expect(answer.headers['clear-site-data']).toContain('storage')
    expect(answer.headers['set-cookie']?.[0]).toContain('Max-Age=0')
    expect((await me(cookie)).status).toBe(401)
  })

  it('end by themselves: idle, and in any case after their longest time', async () => {
    const MS_PER_MIN = 60_000
    const IDLE_MS = 10 * MS_PER_MIN
    const short = await startTestApi({ deps: api.deps, config: { SESSION_IDLE_MIN: IDLE_MS / MS_PER_MIN } })
    try {
      const cookie = await short.signIn('doctor')
      const ask = () => request(short.url).get('/api/auth/me').set('Cookie', cookie)
      const [session] = await api.deps.redis.keys(`${api.deps.prefix}:session:*`)
      const leftMs = () => api.deps.redis.pttl(session as string)
      // a call gives the whole time again
      await api.deps.redis.pexpire(session as string, IDLE_MS / 2)
      expect((await ask()).status).toBe(200)
      expect(await leftMs()).toBeGreaterThan(IDLE_MS / 2)
      await api.deps.redis.pexpire(session as string, 1)
      await expect.poll(leftMs).toBe(-2)
      expect((await ask()).status).toBe(401)
    } finally {
      await short.close()
    }
    const capped = await startTestApi({ deps: api.deps, config: { SESSION_MAX_H: 2000 / 3_600_000 } })
    try {
      const cookie = await capped.signIn('doctor')
      const ask = () => request(capped.url).get('/api/auth/me').set('Cookie', cookie)
      // asked all the time, it ends nevertheless
      await expect.poll(async () => (await ask()).status).toBe(401)
    } finally {
      await capped.close()
    }
  })

  it.each([
    ['role', { role: 'cashier' as const }],
    ['deactivation', { active: false }],
    ['grants', { grants: ['imports.patients' as const] }],
  ])('end with a change of %s', async (_, change) => {
    const admin = await api.signIn('admin')
    const cookie = await api.signIn('doctor')
    const id = await api.user('doctor')
    const answer = await send('patch', `/api/users/${id}`, admin).send({ version: 1, ...change })
    expect(answer.status).toBe(200)
    expect((await me(cookie)).status).toBe(401)
  })
})

describe('a change of rights while somebody signs in', () => {
  it('leaves no session with the old rights', async () => {
    const admin = await api.signIn('admin')
    const id = await api.user('doctor')
    for (let round = 1; round <= 8; round++) {
      const role = round % 2 === 0 ? 'doctor' : 'cashier'
      const [first, changed, second] = await Promise.all([
        login('doctor', TEST_PASSWORD),
        send('patch', `/api/users/${id}`, admin).send({ version: round, role }),
        login('doctor', TEST_PASSWORD),
      ])
      expect(changed.status).toBe(200)
      for (const answer of [first, second]) {
        if (answer.status !== 200) continue
        const session = await sessionsOf(id)
        expect(session.every((each) => each.role === role)).toBe(true)
      }
    }
  })
})

/** What the open sessions of a user say about him. */
async function sessionsOf(userId: string): Promise<{ role: string }[]> {
  const ids = await api.deps.redis.smembers(`${api.deps.prefix}:sessions-of:${userId}`)
  const texts = await Promise.all(
    ids.map((each) => api.deps.redis.hget(`${api.deps.prefix}:session:${each}`, 'd')),
  )
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as { role: string }]))
}

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
  ])('refuses %s', async (weak) => {
    const cookie = await api.signIn('doctor')
    const answer = await change(cookie, TEST_PASSWORD, weak)
    expect(answer.status).toBe(422)
    expect(answer.body.code).toBe('auth/weak-password')
    expect(answer.text).not.toContain(weak)
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

describe('first users', () => {
  it('are made once, one per role, with one-time passwords that must be changed first', async () => {
    const made = await createInitialUsers(api.deps)
    expect(made.map(({ username }) => username)).toEqual([
      'superadmin',
      'admin',
      'doctor',
      'assistant',
      'pharmacist',
      'cashier',
    ])
    expect(await createInitialUsers(api.deps)).toEqual([])
    const first = made[1]
    const answer = await login('admin', first?.password ?? '')
    expect(answer.body.mustChangePassword).toBe(true)
    const cookie = cookieOf(answer)
    const refused = await request(api.url).get('/api/users').set('Cookie', cookie)
    expect(refused.status).toBe(403)
    expect(refused.body.code).toBe('auth/must-change-password')
    expect((await me(cookie)).body.mustChangePassword).toBe(true)
    const changed = await send('post', '/api/auth/password', cookie).send({
      currentPassword: first?.password,
      newPassword: NEW_PASSWORD,
    })
    expect(changed.body.mustChangePassword).toBe(false)
    expect((await request(api.url).get('/api/users').set('Cookie', cookieOf(changed))).status).toBe(200)
    expect((await login('admin', first?.password ?? '')).status).toBe(401)
  })

  it('take the password of the setting: for all in development, once in production', async () => {
    const config = { ...api.deps.config, INITIAL_ADMIN_PASSWORD: 'from the settings 4711' }
    expect((await createInitialUsers({ ...api.deps, config })).map(({ password }) => password)).toEqual(
      Array(6).fill(null),
    )
    expect((await login('doctor', 'from the settings 4711')).body.mustChangePassword).toBe(false)
    await api.deps.emptyTables()
    const production = { ...api.deps, config: { ...config, NODE_ENV: 'production' as const } }
    expect((await createInitialUsers(production)).map(({ username }) => username)).toEqual(['superadmin'])
    expect((await login('superadmin', 'from the settings 4711')).body.mustChangePassword).toBe(true)
  })

  it('have no default passwords', async () => {
    await createInitialUsers(api.deps)
    for (const password of ['admin', 'password', 'superadmin', 'clinic', 'changeme']) {
      expect((await login('superadmin', password)).status).toBe(401)
    }
  })

  it('two processes at once make them once', async () => {
    const made = await Promise.all([createInitialUsers(api.deps), createInitialUsers(api.deps)])
    expect(made.map((each) => each.length).sort()).toEqual([0, 6])
  })
})

describe('staff', () => {
  it('nobody gives a role or grant above his own, and nobody changes himself', async () => {
    const admin = await api.signIn('admin')
    const self = await api.user('admin')
    const chief = await api.user('super_admin')
    const doctor = await api.user('doctor')
    const patch = (id: string, body: object) =>
      send('patch', `/api/users/${id}`, admin).send({ version: 1, ...body })
    expect((await patch(self, { name: 'Boss' })).status).toBe(403)
    expect((await patch(chief, { active: false })).status).toBe(404)
    expect((await patch(doctor, { role: 'super_admin' })).status).toBe(403)
    expect((await patch(doctor, { grants: ['audit.all'] })).status).toBe(403)
    expect((await patch(doctor, { version: 9 })).status).toBe(409)
    expect((await patch(doctor, { passwordHash: 'x' })).status).toBe(400)
    expect((await send('post', `/api/users/${chief}/password-reset`, admin)).status).toBe(404)
    const made = await send('post', '/api/users', admin).send({
      username: 'new',
      name: 'New',
      role: 'super_admin',
    })
    expect(made.status).toBe(403)
    const list = await request(api.url).get('/api/users').set('Cookie', admin)
    expect(list.body.data.map(({ username }: { username: string }) => username)).toEqual(['admin', 'doctor'])
  })

  it('are added with a one-time password, and reset', async () => {
    const admin = await api.signIn('admin')
    const made = await send('post', '/api/users', admin).send({
      username: 'Siti',
      name: 'Siti',
      role: 'assistant',
    })
    expect(made.status).toBe(201)
    expect((await login('siti', made.body.oneTimePassword)).body.mustChangePassword).toBe(true)
    const again = await send('post', '/api/users', admin).send({
      username: 'siti',
      name: 'S',
      role: 'assistant',
    })
    expect(again.status).toBe(409)
    const reset = await send('post', `/api/users/${made.body.id}/password-reset`, admin)
    expect((await login('siti', made.body.oneTimePassword)).status).toBe(401)
    expect((await login('siti', reset.body.oneTimePassword)).status).toBe(200)
  })
})
