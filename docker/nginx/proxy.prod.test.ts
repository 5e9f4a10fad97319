import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATA_CSP, PAGE_CSP, securityHeaders } from '../../api/http/headers.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { type ProductionSystem, start, startProduction, toolSet, until } from '../prod/testing.ts'
import { type Answer, ask, open, type ProxyProcess, type Question, raw, SITE, startProxy } from './testing.ts'

let system: ProductionSystem
let proxy: ProxyProcess
let cookie = ''
const NEW_PASSWORD = 'Proxy-test-7-lantern'
/** Enough to see that nothing is kept; a gigabyte says the same in a minute. */
const UPLOAD_MB = Number(process.env.UPLOAD_MB ?? 24)

beforeAll(async () => {
  system = await startProduction({
    RATE_LIMIT_GENERAL_PER_HOUR: '0',
    SSE_HEARTBEAT_MS: '1000',
    PUBLIC_URL: `https://${SITE}`,
  })
  proxy = await startProxy(system.dir, Number(new URL(system.api.url).port))
  const first = await call({
    path: '/api/auth/login',
    ...json({ username: 'superadmin', password: system.secret('initial_admin_password') }),
  })
  expect([first.status, JSON.parse(first.body)]).toMatchObject([200, { mustChangePassword: true }])
  cookie = cookieOf(first)
  const changed = await call({
    path: '/api/auth/password',
    ...json({ currentPassword: system.secret('initial_admin_password'), newPassword: NEW_PASSWORD }),
  })
  expect(changed.status).toBe(200)
  cookie = cookieOf(changed)
})
afterAll(async () => {
  await proxy?.stop()
  await system?.stop()
})

const call = ({ headers, ...question }: Omit<Question, 'port'>) =>
  ask({ port: proxy.httpsPort, headers: { ...(cookie === '' ? {} : { cookie }), ...headers }, ...question })

const json = (body: object, method = 'POST') => ({
  method,
  headers: { 'content-type': 'application/json', 'x-requested-with': 'clinic' },
  body: JSON.stringify(body),
})

const cookieOf = ({ lines }: Answer) =>
  (lines.find(([name]) => name === 'set-cookie')?.[1] ?? '').split(';', 1)[0] as string

/** Each security header exactly once with its value, HSTS among them, and nothing that names the program. */
function expectHeaders({ lines }: Pick<Answer, 'lines'>, what: string, { secure = true, page = false } = {}) {
  for (const [name, value] of securityHeaders(secure, page ? PAGE_CSP : DATA_CSP)) {
    const found = lines.filter(([each]) => each === name.toLowerCase()).map(([, each]) => each)
    expect([what, name, found]).toEqual([what, name, [value]])
  }
  const told = lines.filter(([name]) => /^(server|x-powered-by|via)$/.test(name))
  expect([what, told]).toEqual([what, []])
}

/** A page of the API may run its own scripts and nothing else; apart from that it is held to what data is. */
function pageAsData([name, value]: [string, string]): [string, string] {
  if (name !== 'content-security-policy') return [name, value]
  expect(value).toMatch(/default-src 'none'; script-src 'self';.*frame-ancestors 'none'/)
  expect(value).not.toMatch(/script-src[^;]*(unsafe|\*)/)
  return [name, DATA_CSP]
}

describe('security headers', () => {
  it('are on the answer of every route of the API, each once', async () => {
    const { body } = await call({ path: '/api/openapi.json' })
    const paths = Object.entries(
      (JSON.parse(body) as { paths: Record<string, Record<string, unknown>> }).paths,
    )
    expect(paths.length).toBeGreaterThan(30)
    let seen = 0
    for (const [path, methods] of paths) {
      if (!('get' in methods) || path.startsWith('/api/sse/')) continue
      const at = path.replace(/\{\w+\}|:\w+/g, '1')
      const answer = await call({ path: at })
      // the reference is a page with scripts of its own; every other answer is data
      if (at === '/api/docs') answer.lines = answer.lines.map(pageAsData)
      expectHeaders(answer, at)
      seen++
    }
    expect(seen).toBeGreaterThan(15)
    for (const path of ['/api/nothing-here', '/api/auth/me']) {
      const answer = await ask({ port: proxy.httpsPort, path })
      expectHeaders(answer, path)
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    }
  })

  it('are on the page, its files, 304 and what is not there', async () => {
    const page = await call({ path: '/patients/12' })
    expect(page.status).toBe(200)
    expectHeaders(page, 'page', { page: true })
    const asset = /\/assets\/[\w.-]+\.js/.exec(page.body)?.[0] as string
    const file = await call({ path: asset })
    expectHeaders(file, asset)
    expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const again = await call({ path: asset, headers: { 'if-none-match': String(file.headers.etag) } })
    expect(again.status).toBe(304)
    expect(again.headers['strict-transport-security']).toMatch(/max-age=63072000/)
    expectHeaders(await call({ path: '/assets/gone.js' }), 'missing file')
  })

  it('are on every answer that the proxy makes itself', async () => {
    const made: [string, Omit<Question, 'port'>, number][] = [
      ['hidden file', { path: '/.git/config' }, 404],
      ['metrics', { path: '/metrics' }, 404],
      ['unknown method', { path: '/api/patients', method: 'PURGE' }, 405],
      ['method of a page', { path: '/', method: 'POST', body: 'x' }, 405],
      ['large body', { path: '/api/patients', ...json({ x: 'y'.repeat(1_200_000) }) }, 413],
      ['large sign-in', { path: '/api/auth/login', ...json({ username: 'y'.repeat(20_000) }) }, 413],
      ['long header', { path: '/api/patients', headers: { 'x-long': 'y'.repeat(20_000) } }, 400],
      ['long address', { path: `/api/patients?q=${'y'.repeat(40_000)}` }, 414],
      ['another name', { path: '/', host: 'evil.test' }, 421],
    ]
    for (const [what, question, status] of made) {
      const answer = await call(question)
      expect([what, answer.status]).toEqual([what, status])
      expectHeaders(answer, what)
      expect([what, answer.headers['content-type']]).toEqual([
        what,
        'application/problem+json; charset=utf-8',
      ])
      expect(JSON.parse(answer.body)).toMatchObject({
        status,
        code: expect.any(String),
        requestId: expect.any(String),
      })
    }
  })

  it('are on 503 while no API process answers, which says when to come again', async () => {
    const { stop, httpsPort } = await startProxy(join(system.dir, 'lonely'), 9)
    try {
      const answer = await ask({ port: httpsPort, path: '/api/patients' })
      expect(answer.status).toBe(503)
      expect(answer.headers['retry-after']).toBe('5')
      expectHeaders(answer, 'no API')
    } finally {
      await stop()
    }
  })

  it('leave HSTS out over plain HTTP, where it must not be', async () => {
    const answer = await ask({ port: proxy.httpPort, secure: false, path: '/patients' })
    expect(answer.lines.filter(([name]) => name === 'strict-transport-security')).toEqual([])
  })
})

describe('transport', () => {
  it('redirects pages to TLS, refuses calls, and serves the challenge of a certificate authority', async () => {
    const plain = (path: string, host = SITE) => ask({ port: proxy.httpPort, secure: false, path, host })
    const page = await plain('/patients?x=1')
    expect([page.status, page.headers.location]).toEqual([
      301,
      `https://${SITE}:${proxy.httpsPort}/patients?x=1`,
    ])
    for (const path of ['/api/patients', '/api', '/admin/queues']) {
      const refused = await plain(path)
      expect([path, refused.status, refused.headers.location]).toEqual([path, 403, undefined])
    }
    expect((await plain('/', 'evil.test')).status).toBe(421)
    const { mkdirSync } = await import('node:fs')
    mkdirSync(join(proxy.acmeDir, '.well-known/acme-challenge'), { recursive: true })
    writeFileSync(join(proxy.acmeDir, '.well-known/acme-challenge/token'), 'proof')
    expect((await plain('/.well-known/acme-challenge/token')).body).toBe('proof')
  })

  const handshake = (options: object) =>
    new Promise<string>((resolve) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: proxy.httpsPort,
        servername: SITE,
        rejectUnauthorized: false,
        ...options,
      })
      socket.once('secureConnect', () => {
        resolve(`${socket.getProtocol()} ${socket.getCipher().standardName}`)
        socket.destroy()
      })
      socket.once('error', () => resolve('refused'))
    })

  it('takes TLS 1.2 and 1.3 with strong suites and nothing older or weaker', async () => {
    expect(await handshake({ minVersion: 'TLSv1.3' })).toMatch(/^TLSv1\.3 TLS_(AES|CHACHA)/)
    expect(await handshake({ maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' })).toMatch(
      /^TLSv1\.2 TLS_ECDHE_.*(GCM|CHACHA20)/,
    )
    for (const weak of [
      'AES128-SHA',
      'AES256-GCM-SHA384',
      'ECDHE-ECDSA-AES128-SHA',
      'DHE-RSA-AES128-GCM-SHA256',
    ])
      expect([weak, await handshake({ maxVersion: 'TLSv1.2', ciphers: `${weak}:@SECLEVEL=0` })]).toEqual([
        weak,
        'refused',
      ])
    for (const version of ['TLSv1', 'TLSv1.1'])
      expect(await handshake({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' })).toBe(
        'refused',
      )
  })

  it('speaks HTTP/2: twelve tabs with a stream each and requests between them, over one connection', async () => {
    const session = connectHttp2(`https://127.0.0.1:${proxy.httpsPort}`, {
      servername: SITE,
      rejectUnauthorized: false,
    })
    try {
      const head = { ':authority': `${SITE}:${proxy.httpsPort}`, cookie }
      const streams = Array.from({ length: 12 }, () =>
        session.request({ ...head, ':path': '/api/sse/events' }),
      )
      const beginnings = streams.map(
        (stream) =>
          new Promise<string>((resolve) => stream.once('data', (part: Buffer) => resolve(part.toString()))),
      )
      for (const text of await Promise.all(beginnings)) expect(text).toContain('retry: 5000')
      const me = session.request({ ...head, ':path': '/api/auth/me' })
      const status = await new Promise((resolve) =>
        me.once('response', (headers) => resolve(headers[':status'])),
      )
      expect(status).toBe(200)
      expect(session.alpnProtocol).toBe('h2')
      for (const stream of streams) stream.close()
    } finally {
      session.destroy()
    }
  })

  it('gives a session cookie that other sites and plain HTTP never see', async () => {
    const { lines } = await call({
      path: '/api/auth/login',
      ...json({ username: 'superadmin', password: NEW_PASSWORD }),
    })
    const [, set] = lines.find(([name]) => name === 'set-cookie') ?? []
    expect(set).toMatch(/^__Host-clinic=/)
    for (const part of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']) expect(set).toContain(part)
  })
})

describe('streams and uploads', () => {
  it('passes the first bytes of an event stream within 300 ms, and heartbeats as they come, though compression was asked for', async () => {
    const startMs = performance.now()
    const req = open({
      port: proxy.httpsPort,
      path: '/api/sse/queue-updates',
      headers: { cookie, 'accept-encoding': 'gzip, br', accept: 'text/event-stream' },
    })
    req.end()
    const arrivals: { atMs: number; text: string }[] = []
    const lines = await new Promise<[string, string][]>((resolve, reject) => {
      req.once('error', reject)
      req.once('response', (res) => {
        res.on('data', (part: Buffer) =>
          arrivals.push({ atMs: performance.now() - startMs, text: part.toString() }),
        )
        resolve(
          res.rawHeaders.flatMap((name, i) =>
            i % 2 ? [] : [[name.toLowerCase(), res.rawHeaders[i + 1] ?? '']],
          ),
        )
      })
    })
    expectHeaders({ lines }, 'event stream')
    expect(Object.fromEntries(lines)).toMatchObject({
      'content-type': expect.stringContaining('text/event-stream'),
    })
    expect(lines.map(([name]) => name)).not.toContain('content-encoding')
    await sleep(3500)
    req.destroy()
    expect(arrivals[0]?.text).toContain('retry: 5000')
    expect(arrivals[0]?.atMs).toBeLessThan(300)
    const beats = arrivals.filter(({ text }) => text.includes('heartbeat')).map(({ atMs }) => atMs)
    expect(beats.length).toBeGreaterThanOrEqual(2)
    // one at a time as they were sent, not several at once from a buffer
    for (let i = 1; i < beats.length; i++)
      expect((beats[i] as number) - (beats[i - 1] as number)).toBeGreaterThan(500)
  })

  it('passes a file on while it is still being sent, keeping none of it', async () => {
    const MB = 1024 * 1024
    const boundary = 'clinic-boundary'
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="kind"\r\n\r\npatients\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="p.csv"\r\ncontent-type: text/csv\r\n\r\n`
    const req = open({
      port: proxy.httpsPort,
      path: '/api/imports',
      method: 'POST',
      headers: {
        cookie,
        'x-requested-with': 'clinic',
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
    })
    const answered = new Promise<number>((resolve, reject) => {
      req.once('response', (res) => resolve(res.resume().statusCode ?? 0))
      req.once('error', reject)
    })
    req.write(head)
    req.write('name\n')
    const row = `${'x'.repeat(1023)}\n`.repeat(1024)
    const uploads = join(system.dir, 'data/uploads')
    const arrived = () => {
      const sizes = readdirSync(uploads).map((name) => statSync(join(uploads, name)).size)
      return Math.max(0, ...sizes)
    }
    for (let sent = 0; sent < UPLOAD_MB; sent++) {
      if (!req.write(row)) await new Promise((resolve) => req.once('drain', resolve))
    }
    // the request is not ended, and yet the API already has it on disk
    await until('the API has what was sent', async () => arrived() > (UPLOAD_MB - 2) * MB)
    const resident = (pid: number) =>
      Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
    console.warn(
      `upload of ${UPLOAD_MB} MB: at most ${resident(system.api.pid).toFixed(0)} MB resident in the API`,
    )
    expect(resident(system.api.pid)).toBeLessThan(400)
    const kept = readdirSync(proxy.dir, { recursive: true })
      .map((name) => statSync(join(proxy.dir, String(name)), { throwIfNoEntry: false }))
      .filter((stat) => stat?.isFile() && stat.size > MB)
    expect(kept).toEqual([])
    req.end(`\r\n--${boundary}--\r\n`)
    expect(await answered).toBe(202)
  })

  it('carries an import to its end, with the accounts of API and worker as production has them', async () => {
    const boundary = 'clinic-boundary'
    const csv = csvOf([1, 2, 3].map((n) => person(n)))
    const body = `--${boundary}\r\ncontent-disposition: form-data; name="kind"\r\n\r\npatients\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="p.csv"\r\n\r\n${csv}\r\n--${boundary}--\r\n`
    const posted = await call({
      path: '/api/imports',
      method: 'POST',
      headers: { 'x-requested-with': 'clinic', 'content-type': `multipart/form-data; boundary=${boundary}` },
      body,
    })
    expect(posted.status).toBe(202)
    const { operation } = JSON.parse(posted.body) as { operation: { id: string } }
    const look = async () =>
      JSON.parse((await call({ path: `/api/operations/${operation.id}` })).body) as {
        status: string
        counts: object
      }
    await until('the import has ended', async () => /completed|failed/.test((await look()).status))
    expect(await look()).toMatchObject({ status: 'completed', counts: { inserted: 3, rejected: 0 } })
  })
})

describe('where a browser says it comes from', () => {
  it('must be the page of this site', async () => {
    const { headers, ...rest } = json({ username: 'nobody', password: 'wrong-password-here' })
    const from = async (origin: string) =>
      (await call({ path: '/api/auth/login', ...rest, headers: { ...headers, origin } })).status
    expect(await from(`https://${SITE}`)).toBe(401)
    for (const origin of [
      'https://evil.test',
      `http://${SITE}`,
      `https://${SITE}.evil.test`,
      `https://${SITE}:444`,
      'null',
    ])
      expect([origin, await from(origin)]).toEqual([origin, 403])
  })

  it('gets no leave to read from elsewhere', async () => {
    for (const origin of ['https://evil.test', 'null', `https://app.${SITE}`]) {
      const { headers } = await call({ path: '/api/auth/me', headers: { origin } })
      expect([origin, headers['access-control-allow-origin']]).toEqual([origin, undefined])
    }
  })
})

describe('what a client says about itself', () => {
  it('reaches neither the audit nor the log', async () => {
    const spoofed = {
      'x-forwarded-for': '6.6.6.6, 7.7.7.7',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6;proto=http;host=evil.test',
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'http',
      'x-request-id': 'chosen-by-client',
    }
    const { headers, ...rest } = json({ username: 'spoofer', password: 'wrong-password-here' })
    const answer = await call({ path: '/api/auth/login', ...rest, headers: { ...headers, ...spoofed } })
    expect(answer.status).toBe(401)
    expect(answer.headers['x-request-id']).not.toBe('chosen-by-client')
    expect(answer.headers['strict-transport-security']).toBeDefined()
    const connection = await system.connect('root')
    await until('the attempt is in the audit', async () => {
      const [rows] = await connection.query<RowDataPacket[]>(
        "select address from clinic.audit_entries where action = 'auth.login-failed'",
      )
      expect(rows.filter(({ address }) => address !== '127.0.0.1')).toEqual([])
      return rows.length > 0
    })
    await connection.end()
    await sleep(1200)
    expect(proxy.accessLog()).not.toMatch(/6\.6\.6\.6|7\.7\.7\.7|evil\.test"|chosen-by-client/)
  })

  it('in a query is in no log line of the proxy', async () => {
    await call({ path: '/api/patients/search?query=900101145555' })
    await call({ path: '/track/secret-slip-token?x=900101145555' })
    await sleep(1200)
    expect(proxy.accessLog()).toContain('"path":"/api/patients/search"')
    expect(proxy.accessLog()).toContain('"path":"/track/*"')
    expect(proxy.accessLog() + proxy.process.output()).not.toMatch(/900101145555|secret-slip-token/)
    for (const line of proxy.accessLog().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })
})

describe('requests that are no requests', () => {
  const H = `Host: ${SITE}\r\n`
  const SMUGGLED: [string, string][] = [
    [
      'length and chunked',
      `POST /api/auth/login HTTP/1.1\r\n${H}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`,
    ],
    [
      'two lengths',
      `POST /api/auth/login HTTP/1.1\r\n${H}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`,
    ],
    ['length with sign', `POST /api/auth/login HTTP/1.1\r\n${H}Content-Length: +5\r\n\r\nabcde`],
    ['length of letters', `POST /api/auth/login HTTP/1.1\r\n${H}Content-Length: 0x5\r\n\r\nabcde`],
    [
      'space before colon',
      `POST /api/auth/login HTTP/1.1\r\n${H}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['unknown coding', `POST /api/auth/login HTTP/1.1\r\n${H}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    [
      'chunked twice',
      `POST /api/auth/login HTTP/1.1\r\n${H}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunked and identity',
      `POST /api/auth/login HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    ],
    [
      'bad chunk size',
      `POST /api/auth/login HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n`,
    ],
    ['two hosts', `GET /api/auth/me HTTP/1.1\r\n${H}Host: evil.test\r\n\r\n`],
    ['no host', 'GET /api/auth/me HTTP/1.1\r\n\r\n'],
    ['null in header', `GET /api/auth/me HTTP/1.1\r\n${H}X-A: a\0b\r\n\r\n`],
    ['no version', `GET /api/auth/me\r\n${H}\r\n`],
    ['version 3', `GET /api/auth/me HTTP/3.7\r\n${H}\r\n`],
    ['words only', 'hello there\r\n\r\n'],
    ['trace', `TRACE /api/auth/me HTTP/1.1\r\n${H}\r\n`],
    ['connect', `CONNECT evil.test:443 HTTP/1.1\r\n${H}\r\n`],
  ]

  it('are refused, and nothing of them is taken for a second request', async () => {
    for (const [what, bytes] of SMUGGLED) {
      const said = await raw(proxy.httpsPort, bytes)
      const statuses = [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))
      expect([what, statuses.length <= 1]).toEqual([what, true])
      if (statuses[0] !== undefined)
        expect([what, statuses[0]]).toEqual([what, expect.toSatisfy((s) => s >= 400 && s < 600)])
    }
    expect((await call({ path: '/api/auth/me' })).status).toBe(200)
  })

  it('are cut at plain HTTP spoken to the TLS port', async () => {
    const said = await raw(proxy.httpsPort, `GET / HTTP/1.1\r\n${H}\r\n`, { secure: false })
    expect(said).toMatch(/^HTTP\/1\.1 400/)
    expect(said).not.toContain('nginx')
  })

  it('find nothing that is not meant for them', async () => {
    const probes =
      '/.env /.env.prod /.git/HEAD /.git/config /docker-compose.prod.yml /package.json /node_modules/koa/package.json ' +
      '/dist/api/main.js /backup.sql /backup.zip /db.sql.gz /index.html~ /index.html.bak /web.config /wp-login.php ' +
      '/phpinfo.php /server-status.txt /metrics /livez /readyz /api/metrics /api/../.env /assets/../../etc/passwd ' +
      '/assets/%2e%2e/%2e%2e/etc/passwd /..%2f..%2fetc/passwd /.well-known/security.txt /robots.txt~ /src/main.tsx ' +
      '/assets/index.js.map /config.json /secrets/data-key.txt /.ssh/id_rsa /.DS_Store /Dockerfile.txt'
    for (const path of probes.split(' ')) {
      const { status, body } = await call({ path })
      expect([path, status]).toEqual([path, expect.toSatisfy((s) => s === 400 || s === 404)])
      expect(body).not.toMatch(/root:|BEGIN|password/i)
    }
    const listing = await call({ path: '/assets/' })
    expect(listing.status).toBe(404)
  })
})

describe('size on the wire', () => {
  it('is small: scripts as brotli or gzip, one-year files, and tiny answers as they are', async () => {
    const page = await call({ path: '/' })
    const asset = /\/assets\/index-[\w.-]+\.js/.exec(page.body)?.[0] as string
    const plain = await call({ path: asset })
    for (const coding of ['gzip', 'br']) {
      const packed = await call({ path: asset, headers: { 'accept-encoding': coding } })
      expect(packed.headers['content-encoding']).toBe(coding)
      expect(packed.headers.vary).toContain('Accept-Encoding')
      expect(packed.body.length).toBeLessThan(plain.body.length / 2)
    }
  })

  it('is nothing for an unchanged answer of the API: 304 through compression too', async () => {
    const headers = { 'accept-encoding': 'gzip' }
    const first = await call({ path: '/api/medications?limit=100', headers })
    expect(first.status).toBe(200)
    const again = await call({
      path: '/api/medications?limit=100',
      headers: { ...headers, 'if-none-match': String(first.headers.etag) },
    })
    expect(again.status).toBe(304)
    expectHeaders(again, '304')
  })
})

describe('attacks by slowness', () => {
  it('leave the service answering: 250 connections that send a header byte by byte', async () => {
    const slow = Array.from({ length: 250 }, () => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: proxy.httpsPort,
        servername: SITE,
        rejectUnauthorized: false,
      })
      socket.on('error', () => undefined)
      socket.once('secureConnect', () =>
        socket.write(`GET /api/auth/me HTTP/1.1\r\nHost: ${SITE}\r\nX-Slow: `),
      )
      const drip = setInterval(() => socket.write('x'), 500)
      return () => {
        clearInterval(drip)
        socket.destroy()
      }
    })
    await sleep(2000)
    try {
      const times: number[] = []
      for (let i = 0; i < 60; i++) {
        const startMs = performance.now()
        expect((await call({ path: '/api/auth/me' })).status).toBe(200)
        times.push(performance.now() - startMs)
      }
      times.sort((a, b) => a - b)
      expect(times[54]).toBeLessThan(500)
    } finally {
      for (const end of slow) end()
    }
  })
})

describe('limits', () => {
  it('let the guide’s load test through: 1,000 searches, 10 at a time, none fails', async () => {
    const { status, body } = await call({
      path: '/api/tokens',
      ...json({ name: 'load test', scopes: ['patients.view'], perHour: 100_000 }),
    })
    expect([status, body]).toEqual([201, body])
    const { token } = JSON.parse(body) as { token: string }
    const { dir, env } = await toolSet('proxy')
    const search = '/api/patients/search?query=test'
    const load = async (url: string) => {
      const headers = ['-H', `Authorization: Bearer ${token}`, '-H', `Host: ${SITE}`]
      const ab = start(`${dir}/usr/bin/ab`, ['-n', '1000', '-c', '10', ...headers, url], env)
      expect(await ab.ended).toBe(0)
      const said = ab.output()
      const figure = (pattern: RegExp) => Number(pattern.exec(said)?.[1])
      expect(figure(/Complete requests:\s+(\d+)/)).toBe(1000)
      expect(figure(/Failed requests:\s+(\d+)/)).toBe(0)
      expect(said).not.toMatch(/Non-2xx responses/)
      return {
        perSecond: figure(/Requests per second:\s+([\d.]+)/),
        p50Ms: figure(/\s50%\s+(\d+)/),
        p99Ms: figure(/\s99%\s+(\d+)/),
      }
    }
    const direct = await load(`${system.api.url}${search}`)
    const through = await load(`https://127.0.0.1:${proxy.httpsPort}${search}`)
    console.warn(
      'load test, straight to the API and through proxy and TLS:',
      JSON.stringify({ direct, through }),
    )
  })

  it('slow a flood of sign-ins down before anything is hashed, and say when to come again', async () => {
    const attempt = (i: number) =>
      call({ path: '/api/auth/login', ...json({ username: `flood${i}`, password: 'wrong-password-here' }) })
    const answers = await Promise.all(Array.from({ length: 90 }, (_, i) => attempt(i)))
    const limited = answers.filter(({ status }) => status === 429)
    expect(limited.length).toBeGreaterThan(20)
    expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(30)
    for (const answer of limited) {
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expectHeaders(answer, 'limited')
    }
    await sleep(1200)
    expect(proxy.accessLog()).toMatch(/"path":"\/api\/auth\/login".*"status":429/)
  })

  it('never refuse an event stream while sign-in is flooded', async () => {
    const streams = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const req = open({ port: proxy.httpsPort, path: '/api/sse/queue-updates', headers: { cookie } })
        req.end()
        const status = await new Promise<number>((resolve) => {
          req.once('response', (res) => resolve(res.statusCode ?? 0))
          req.once('error', () => resolve(0))
        })
        return { status, close: () => req.destroy() }
      }),
    )
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200))
    for (const { close } of streams) close()
  })

  it('cut a client that sends its header a byte at a time', async () => {
    const startMs = performance.now()
    const said = await new Promise<string>((resolve) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: proxy.httpsPort,
        servername: SITE,
        rejectUnauthorized: false,
      })
      let text = ''
      const drip = setInterval(() => socket.write('X'), 1000)
      socket.once('secureConnect', () => socket.write(`GET / HTTP/1.1\r\n${`Host: ${SITE}\r\n`}`))
      socket.on('data', (part) => (text += part))
      socket.on('error', () => undefined)
      socket.once('close', () => {
        clearInterval(drip)
        resolve(text)
      })
    })
    expect(performance.now() - startMs).toBeLessThan(20_000)
    expect(said).not.toMatch(/ 200 /)
  })
})
