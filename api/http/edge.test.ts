import { createConnection } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { route } from './route.ts'
import { startTestApi, type TestApi } from './testing.ts'

const OPEN = { tag: 'test', summary: 'For the tests', access: 'open', limit: 'none' } as const
let writes = 0

const routes = [
  route({
    ...OPEN,
    method: 'POST',
    path: '/api/test/echo',
    body: z.strictObject({ text: z.string().max(2000).optional(), n: z.number().optional() }),
    handle: async ({ body }) => {
      writes += 1
      return { status: 200, body }
    },
  }),
  route({
    ...OPEN,
    method: 'GET',
    path: '/api/test/things/:id',
    params: z.strictObject({ id: z.string().regex(/^[1-9][0-9]{0,18}$/) }),
    query: z.strictObject({ a: z.string().optional() }),
    handle: async ({ params }) => ({ body: params }),
  }),
  route({
    ...OPEN,
    method: 'GET',
    path: '/api/test/fails',
    handle: async () => {
      throw Object.assign(new Error("select * from patients where name = 'Canary Tan'"), { code: 'ER_X' })
    },
  }),
]

const HEADERS = [
  'content-security-policy',
  'x-content-type-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'x-request-id',
  'cache-control',
]

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ extraRoutes: routes })
})
afterAll(() => api.close())

const post = (body: string | Buffer, type = 'application/json', headers: Record<string, string> = {}) => {
  const sent = api.http.post('/api/test/echo').set('X-Requested-With', 'clinic').set('Content-Type', type)
  for (const [name, value] of Object.entries(headers)) sent.set(name, value)
  return sent.serialize((each) => each as never).send(body as never)
}

/** Sends bytes as they are and answers the status line, or '' when the server just closes. */
function raw(text: string): Promise<string> {
  const { port, hostname } = new URL(api.url)
  return new Promise((resolve) => {
    const socket = createConnection(Number(port), hostname, () => socket.write(text))
    let heard = ''
    socket.setTimeout(15_000, () => socket.destroy())
    socket.on('data', (chunk) => {
      heard += chunk
      socket.destroy()
    })
    socket.on('close', () => resolve(heard.split('\r\n', 1)[0] ?? ''))
    socket.on('error', () => undefined)
  })
}

describe('answers', () => {
  it('carry an ETag and become 304 for whoever has it', async () => {
    const first = await api.http.get('/api/test/things/7')
    expect(first.status).toBe(200)
    expect(first.body).toEqual({ id: '7' })
    expect(first.headers['x-cache']).toBe('BYPASS')
    const again = await api.http
      .get('/api/test/things/7')
      .set('If-None-Match', `W/"x", ${first.headers.etag}`)
    expect(again.status).toBe(304)
    expect(again.text).toBe('')
    for (const name of ['etag', 'cache-control', 'x-cache', 'x-request-id'])
      expect(Object.keys(again.headers)).toContain(name)
    expect(again.headers['cache-control']).toBe(first.headers['cache-control'])
  })

  it('have a head without a body', async () => {
    const head = await api.http.head('/api/test/things/7')
    expect(head.status).toBe(200)
    expect(head.headers['content-length']).toBe('10')
  })

  it.each([
    ['an answer', () => api.http.get('/api/test/things/7')],
    ['a 404', () => api.http.get('/api/nothing')],
    ['a 405', () => api.http.put('/api/test/echo')],
    ['a 400', () => api.http.get('/api/test/things/x')],
    ['a 401', () => api.http.get('/api/auth/me')],
    ['a 500', () => api.http.get('/api/test/fails')],
    ['a page that is not there', () => api.http.post('/somewhere')],
    ['a file that is not there', () => api.http.get('/assets/none.js')],
  ])('have every security header: %s', async (_, call) => {
    const answer = await call()
    for (const name of HEADERS) expect(answer.headers, name).toHaveProperty(name)
    expect(answer.headers).not.toHaveProperty('x-powered-by')
    expect(answer.headers).not.toHaveProperty('strict-transport-security')
  })

  it('never tell what failed inside', async () => {
    const answer = await api.http.get('/api/test/fails')
    expect(answer.status).toBe(500)
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(answer.body).toMatchObject({
      code: 'internal',
      status: 500,
      requestId: answer.headers['x-request-id'],
    })
    expect(answer.text).not.toMatch(/select|Canary|\.ts/)
  })

  it('always say in detail what is wrong, in the words of the title where there are no better ones', async () => {
    const answer = await api.http.get('/api/nothing')
    expect(answer.body.detail).toBe(answer.body.title)
    expect(answer.body.detail).not.toBe('')
  })

  it.each(['//evil.example/x.js', '/..%2f..%2fetc/passwd', '/%2e%2e/etc/passwd', '/%zz.js', '/a%00.js'])(
    'of an address that can be no file are 404: %s',
    async (path) => {
      expect(await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).toContain(' 404 ')
    },
  )

  it('name the methods that a path accepts', async () => {
    const answer = await api.http.delete('/api/test/things/7')
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
  })
})

describe('bad bodies', () => {
  const deep = (levels: number) => `{"text":${'['.repeat(levels)}${']'.repeat(levels)}}`
  it.each<[string, string | Buffer, number]>([
    ['null', 'null', 400],
    ['a list', '[]', 400],
    ['a text', '"x"', 400],
    ['a number', '1', 400],
    ['cut off', '{"text":', 400],
    ['a name twice', '{"n":1,"n":2}', 400],
    ['a name twice, once escaped', '{"n":1,"\\u006e":2}', 400],
    ['__proto__', '{"__proto__":{"a":1}}', 400],
    ['constructor', '{"constructor":{"prototype":{}}}', 400],
    ['an unknown field', '{"role":"super_admin"}', 400],
    ['a list for a text', '{"text":["a"]}', 400],
    ['an object for a text', '{"text":{"$ne":1}}', 400],
    ['true for a number', '{"n":true}', 400],
    ['a number beyond numbers', '{"n":1e999}', 400],
    ['NUL', '{"text":"a\\u0000b"}', 400],
    ['half a surrogate pair', '{"text":"\\ud800"}', 400],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400],
    ['UTF-16', Buffer.from('{"n":1}', 'utf16le'), 400],
    ['21 levels', deep(20), 422],
    ['200,000 levels', deep(200_000), 422],
    ['1 MB and a byte', `{"text":"${'a'.repeat(1024 * 1024)}"}`, 413],
  ])('%s', async (_, body, status) => {
    const before = writes
    const answer = await post(body)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(writes).toBe(before)
  })

  it('20 levels pass the depth check', async () => {
    const answer = await post(deep(19))
    expect(answer.body.code).toBe('request/invalid')
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=iso-8859-1',
    'application/xml',
    'application/jsonx',
  ])('type %s is refused', async (type) => {
    expect((await post('{"n":1}', type)).status).toBe(415)
  })

  it('unpack to at most 1 MB', async () => {
    const small = await post(gzipSync('{"n":5}'), 'application/json', { 'Content-Encoding': 'gzip' })
    expect(small.body).toEqual({ n: 5 })
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20))
    expect((await post(bomb, 'application/json', { 'Content-Encoding': 'gzip' })).status).toBe(413)
    expect((await post(Buffer.from('x'), 'application/json', { 'Content-Encoding': 'gzip' })).status).toBe(
      400,
    )
    expect((await post('{"n":1}', 'application/json', { 'Content-Encoding': 'zstd' })).status).toBe(415)
  })

  it('an error never repeats what was sent', async () => {
    const answer = await post('{"Canary7":"Canary8"}')
    expect(answer.text).not.toContain('Canary')
  })
})

describe('bad addresses', () => {
  it.each([
    ['a=1&a=2', 422],
    ['a[]=1', 422],
    ['a.b=1', 422],
    ['b=1', 400],
    ['a=%', 400],
    ['a=%00', 400],
    ['a=%ff', 400],
    ['__proto__=1', 400],
  ])('?%s', async (query, status) => {
    expect((await api.http.get(`/api/test/things/7?${query}`)).status).toBe(status)
  })

  it.each(['0', '-1', '1.5', '01', '1e3', '%201', '1%00', 'x', '99999999999999999999'])(
    'id %s',
    async (id) => {
      expect((await api.http.get(`/api/test/things/${id}`)).status).toBe(400)
    },
  )

  it.each(['%F0%9F%98%80', '%C3%A9', '7%0A', '%7F'])('nothing is called %s', async (id) => {
    expect((await api.http.get(`/api/test/things/${id}`)).status).toBe(404)
  })

  it.each(['/api/', '/api', '/api//test/things/7', '/api/test/things/7/', '/api/%2e%2e'])(
    '%s is not there',
    async (path) => {
      expect((await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).split(' ')[1]).toBe('404')
    },
  )

  it('takes the absolute form', async () => {
    expect(await raw('GET http://evil.example/api/test/things/7 HTTP/1.1\r\nHost: x\r\n\r\n')).toContain(
      '200',
    )
  })

  it.each([
    ['no host', 'GET /api/test/things/7 HTTP/1.1\r\n\r\n'],
    [
      'two lengths',
      'POST /api/test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'length and chunks',
      'POST /api/test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no such method', 'BREW /api/test/echo HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'broken chunks',
      'POST /api/test/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
  ])('smuggling: %s', async (_, text) => {
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d/)
  })

  it.each(['TRACE', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])('%s is not allowed', async (method) => {
    expect((await raw(`${method} /api/test/echo HTTP/1.1\r\nHost: x\r\n\r\n`)).split(' ')[1]).toBe('405')
  })
})
