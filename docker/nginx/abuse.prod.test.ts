import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ProductionSystem, start, toolSet } from '../prod/testing.ts'
import { expectHeaders, json, open, type ProxyProcess, raw, SITE, type Site, startSite } from './testing.ts'

let site: Site
let system: ProductionSystem
let proxy: ProxyProcess

beforeAll(async () => {
  site = await startSite()
  system = site.system
  proxy = site.proxy
})
afterAll(() => site?.stop())

const call: Site['call'] = (question) => site.call(question)

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
        const req = open({
          port: proxy.httpsPort,
          path: '/api/sse/queue-updates',
          headers: { cookie: site.cookie },
        })
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
