import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { route } from './route.ts'
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing.ts'

let changes = 0
const write = route({
  method: 'POST',
  path: '/api/test/change',
  tag: 'test',
  summary: 'Changes something',
  access: 'session',
  limit: 'none',
  handle: async () => {
    changes += 1
    return { status: 204 }
  },
})

let api: TestApi
let cookie: string
let host: string
beforeAll(async () => {
  api = await startTestApi({
    extraRoutes: [write],
    config: { CORS_ORIGINS: ['https://desk.example'] },
  })
  cookie = await api.signIn('doctor')
  host = new URL(api.url).host
})
afterAll(() => api.close())
beforeEach(() => {
  changes = 0
})

type Headers = Record<string, string>
const change = (headers: Headers, path = '/api/test/change', body?: object) => {
  const sent = request(api.url).post(path).set('Cookie', cookie)
  if (body !== undefined) sent.type('json')
  for (const [name, value] of Object.entries(headers)) sent.set(name, value)
  return body === undefined ? sent : sent.send(JSON.stringify(body))
}
const OURS = { 'X-Requested-With': 'clinic' }

describe('forged requests', () => {
  it.each<[string, Headers]>([
    ['without our header', {}],
    ['with another value of it', { 'X-Requested-With': 'XMLHttpRequest' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a form with files', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    ['plain text', { 'Content-Type': 'text/plain' }],
    ['from another site', { ...OURS, Origin: 'https://evil.example' }],
    ['from a site that begins like ours', { ...OURS, Origin: 'http://127.0.0.1.evil.example' }],
    ['from another port', { ...OURS, Origin: 'http://127.0.0.1:1' }],
    ['from null', { ...OURS, Origin: 'null' }],
    ['cross-site', { ...OURS, 'Sec-Fetch-Site': 'cross-site' }],
    ['same-site', { ...OURS, 'Sec-Fetch-Site': 'same-site' }],
    ['typed in', { ...OURS, 'Sec-Fetch-Site': 'none' }],
    ['right origin, wrong site', { ...OURS, Origin: 'http://x', 'Sec-Fetch-Site': 'same-origin' }],
    ['an allowed origin that lies', { ...OURS, Origin: 'https://desk.example.evil' }],
    ['TLS instead of plain', { ...OURS, Origin: 'https://127.0.0.1' }],
  ])('%s', async (_, headers) => {
    expect((await change(headers)).status).toBe(403)
    expect(changes).toBe(0)
    const login = await change(headers, '/api/auth/login', { username: 'doctor', password: TEST_PASSWORD })
    expect([403, 415]).toContain(login.status)
    expect(login.headers).not.toHaveProperty('set-cookie')
  })

  it('real ones pass', async () => {
    expect((await change(OURS)).status).toBe(204)
    expect(
      (await change({ ...OURS, Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' })).status,
    ).toBe(204)
    expect(
      (await change({ ...OURS, Origin: 'https://desk.example', 'Sec-Fetch-Site': 'cross-site' })).status,
    ).toBe(204)
    expect(changes).toBe(3)
  })
})

describe('other origins', () => {
  const preflight = (origin: string) =>
    request(api.url).options('/api/auth/me').set('Origin', origin).set('Access-Control-Request-Method', 'GET')

  it('may read only when they are listed', async () => {
    const listed = await preflight('https://desk.example')
    expect(listed.status).toBe(204)
    expect(listed.headers['access-control-allow-origin']).toBe('https://desk.example')
    for (const origin of [
      'null',
      'https://evil.example',
      'https://desk.example.evil',
      'http://desk.example',
      'https://desk.example:444',
      'https://DESK.example',
      'https://a.desk.example',
      '*',
    ]) {
      const refused = await preflight(origin)
      expect(refused.status, origin).toBe(405)
      expect(refused.headers, origin).not.toHaveProperty('access-control-allow-origin')
      const read = await request(api.url).get('/api/auth/me').set('Origin', origin).set('Cookie', cookie)
      expect(read.headers, origin).not.toHaveProperty('access-control-allow-origin')
      expect(read.headers.vary).toBe('Origin')
    }
  })
})

describe('addresses', () => {
  it('come from our own proxies alone', async () => {
    const { clientAddress, isSecure } = await import('./client.ts')
    const from = (forwardedFor: string | undefined, proxies: number) =>
      clientAddress(
        {
          headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
          socket: { remoteAddress: '::ffff:10.0.0.9' },
        } as never,
        proxies,
      )
    expect(from('1.1.1.1', 0)).toBe('10.0.0.9')
    expect(from('6.6.6.6, 1.1.1.1', 1)).toBe('1.1.1.1')
    expect(from('6.6.6.6, 1.1.1.1, 10.0.0.8', 2)).toBe('1.1.1.1')
    expect(from('junk', 1)).toBe('10.0.0.9')
    expect(from(undefined, 1)).toBe('10.0.0.9')
    const secure = (proxies: number) =>
      isSecure({ headers: { 'x-forwarded-proto': 'https' } } as never, { TRUST_PROXY: proxies })
    expect(secure(0)).toBe(false)
    expect(secure(1)).toBe(true)
  })
})
