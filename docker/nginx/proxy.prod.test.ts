import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATA_CSP } from '../../api/http/headers.ts'
import { type ProductionSystem, until } from '../prod/testing.ts'
import {
  ask,
  expectHeaders,
  json,
  type ProxyProcess,
  type Question,
  SITE,
  type Site,
  startProxy,
  startSite,
} from './testing.ts'

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
