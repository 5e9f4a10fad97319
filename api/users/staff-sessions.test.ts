import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ROLES, type Role } from '../../shared/rights/permissions.ts'
import { flushRedis } from '../../shared/testing/harness.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let admin: string
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.deps.emptyTables()
  await flushRedis(api.deps.prefix)
  admin = await api.signIn('admin')
})

const as = (cookie: string, method: 'get' | 'post' | 'patch' | 'delete', path: string) =>
  request(api.url)[method](path).set('X-Requested-With', 'clinic').set('Cookie', cookie)

/** Opens an event stream and waits until the server ends it; `opened` is told of its beginning. */
async function streamEnd(cookie: string, opened: () => void): Promise<void> {
  const answer = await fetch(`${api.url}/api/sse/events?topics=queue`, { headers: { Cookie: cookie } })
  expect(answer.status).toBe(200)
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  opened()
  while (!(await reader.read()).done) {}
}

it('sign-out, deactivation, another role, a reset and an administrator end open streams', async () => {
  const names = ['leaver', 'moved', 'gone', 'reset', 'ended']
  const people = await Promise.all(
    names.map(async (name) => ({
      id: await api.user('doctor', name),
      cookie: await api.signIn('doctor', name),
    })),
  )
  const staying = await api.signIn('doctor', 'staying')
  let open = 0
  let stays = true
  const count = () => {
    open += 1
  }
  const streams = people.map(({ cookie }) => ({ cookie, ended: streamEnd(cookie, count) }))
  const notStaying = () => {
    stays = false
  }
  void streamEnd(staying, count).then(notStaying, notStaying)
  await expect.poll(() => open).toBe(names.length + 1)
  const [leaver, moved, gone, reset, ended] = people.map(({ id, cookie }) => ({ id, cookie }))
  const answers = await Promise.all([
    as(leaver?.cookie ?? '', 'post', '/api/auth/logout'),
    as(admin, 'patch', `/api/users/${moved?.id}`).send({ version: 1, role: 'cashier' }),
    as(admin, 'patch', `/api/users/${gone?.id}`).send({ version: 1, active: false }),
    as(admin, 'post', `/api/users/${reset?.id}/password-reset`),
    as(admin, 'delete', `/api/users/${ended?.id}/sessions`),
  ])
  expect(answers.map(({ status }) => status)).toEqual([204, 200, 200, 200, 204])
  for (const { cookie, ended: end } of streams) {
    expect((await as(cookie, 'get', '/api/auth/me')).status).toBe(401)
    await end
  }
  expect(stays).toBe(true)
})

describe('sessions of the staff', () => {
  it('are seen and ended one by one by administrators, on record, and never those of people above', async () => {
    const room = await api.signIn('doctor')
    const desk = await api.signIn('doctor')
    const id = await api.user('doctor')
    const list = await as(admin, 'get', `/api/users/${id}/sessions`)
    expect(list.body.data).toHaveLength(2)
    expect(Object.keys(list.body.data[0]).sort()).toEqual([
      'address',
      'createdAt',
      'id',
      'lastSeenAt',
      'userAgent',
    ])
    const path = `/api/users/${id}/sessions/${list.body.data[0].id}`
    expect((await as(admin, 'delete', path)).status).toBe(204)
    expect((await as(admin, 'delete', path)).status).toBe(404)
    const left = [await as(room, 'get', '/api/auth/me'), await as(desk, 'get', '/api/auth/me')]
    expect(left.map(({ status }) => status).sort()).toEqual([200, 401])
    const entries = await api.deps.db('audit_entries').where({ action: 'users.end-sessions' })
    expect(entries).toHaveLength(1)
    const chief = await api.user('super_admin')
    const above = await api.signIn('super_admin')
    expect((await as(admin, 'get', `/api/users/${chief}/sessions`)).status).toBe(404)
    expect((await as(admin, 'delete', `/api/users/${chief}/sessions`)).status).toBe(404)
    expect((await as(above, 'get', '/api/auth/me')).status).toBe(200)
    // a session of somebody else is not ended by way of this person
    const foreign = (await as(admin, 'get', '/api/auth/sessions')).body.data[0].id
    expect((await as(admin, 'delete', `/api/users/${id}/sessions/${foreign}`)).status).toBe(404)
  })
})

describe('nobody promotes himself', () => {
  const row = (id: string) => api.deps.db('users').where({ id }).first('role', 'active', 'version')

  it.each(ROLES)('a %s changes neither his own role nor his grants, by any call', async (role: Role) => {
    const cookie = await api.signIn(role)
    const id = await api.user(role)
    const before = await row(id)
    const tries = [
      { role: 'super_admin' },
      { grants: ['audit.all'] },
      { grants: ['security.write'] },
      { active: true },
      { name: 'Boss' },
    ]
    for (const change of tries)
      expect((await as(cookie, 'patch', `/api/users/${id}`).send({ version: 1, ...change })).status).toBe(403)
    expect((await as(cookie, 'post', `/api/users/${id}/password-reset`)).status).toBe(403)
    expect(await row(id)).toEqual(before)
    expect(await api.deps.db('user_grants').select()).toEqual([])
  })

  it('nor does he make somebody who may more, or slip a right in as an unknown field', async () => {
    const body = { username: 'puppet', name: 'Puppet' }
    expect((await as(admin, 'post', '/api/users').send({ ...body, role: 'super_admin' })).status).toBe(403)
    for (const extra of [
      { grants: ['audit.all'] },
      { permissions: ['audit.all'] },
      { id: '1' },
      { active: true },
      { createdAt: '2020-01-01T00:00:00Z' },
      { must_change_password: false },
      { password: 'chosen by the maker' },
    ])
      expect((await as(admin, 'post', '/api/users').send({ ...body, role: 'admin', ...extra })).status).toBe(
        400,
      )
    for (const hostile of [
      '{"role":"doctor","__proto__":{"role":"admin"}}',
      '{"constructor":{"prototype":{}}}',
    ])
      expect(
        (await as(admin, 'post', '/api/users').set('Content-Type', 'application/json').send(hostile)).status,
      ).toBe(400)
    expect(await api.deps.db('users').where({ username: 'puppet' })).toEqual([])
  })

  it('nor does a new password for somebody who was lent more lead there', async () => {
    const doctor = await api.user('doctor')
    const chief = await api.signIn('super_admin')
    const lent = await as(chief, 'patch', `/api/users/${doctor}`).send({ version: 1, grants: ['audit.all'] })
    expect(lent.status).toBe(200)
    expect((await as(admin, 'post', `/api/users/${doctor}/password-reset`)).status).toBe(403)
    expect((await as(chief, 'post', `/api/users/${doctor}/password-reset`)).status).toBe(200)
    const entry = await api.deps.db('audit_entries').where({ action: 'users.update' }).first('detail')
    const detail = typeof entry.detail === 'string' ? JSON.parse(entry.detail) : entry.detail
    expect(detail).toEqual({ fields: ['grants'], grants: [[], ['audit.all']] })
  })

  it('a right that was lent is not handed on above the role of who holds it', async () => {
    const doctor = await api.user('doctor')
    const other = await api.user('cashier')
    const chief = await api.signIn('super_admin')
    await as(chief, 'patch', `/api/users/${doctor}`).send({
      version: 1,
      grants: ['users.view', 'users.write'],
    })
    const cookie = await api.signIn('doctor')
    const patch = (change: object) =>
      as(cookie, 'patch', `/api/users/${other}`).send({ version: 1, ...change })
    expect((await patch({ role: 'admin' })).status).toBe(403)
    expect((await patch({ grants: ['patients.delete'] })).status).toBe(403)
    expect(
      (await as(cookie, 'patch', `/api/users/${doctor}`).send({ version: 2, role: 'admin' })).status,
    ).toBe(403)
    expect((await as(cookie, 'get', `/api/users/${await api.user('admin')}`)).status).toBe(404)
  })
})
