import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flushRedis } from '../../shared/testing/harness.ts'
import { createInitialUsers } from '../../shared/users/commands.ts'
import { cookieOf, startTestApi, type TestApi } from '../http/testing.ts'

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
