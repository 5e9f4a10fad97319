import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flushRedis } from '../../shared/testing/harness.ts'
import { startTestApi, TEST_PASSWORD, type TestApi } from '../http/testing.ts'

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
