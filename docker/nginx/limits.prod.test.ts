import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../prod/testing.ts'
import { ask, open, type ProxyProcess, SITE, startProxy } from './testing.ts'

const home = mkdtempSync(join(tmpdir(), 'clinic-limits-'))
/** More than the buffers of two kernels and a proxy take in. */
const BIG = Buffer.alloc(40 * 1024 * 1024, 'x')
let api: Server
let port = 0
let count = 0
let proxy: ProxyProcess
/** Requests that reached the API, by path, and answers that it holds back. */
const reached = new Map<string, number>()
const held: ServerResponse[] = []
/** Large answers that are over. */
let ended = 0

beforeAll(async () => {
  // stands for the API: answers at once, holds back what asks for it, sends much, or streams
  api = createServer((req, res) => {
    const path = (req.url ?? '').split('?')[0] as string
    reached.set(path, (reached.get(path) ?? 0) + 1)
    req.resume()
    if (path === '/api/hold') held.push(res)
    else if (path === '/api/big') res.once('close', () => (ended += 1)).end(BIG)
    else if (path.startsWith('/api/sse/'))
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 5000\n\n')
    else res.end('{}')
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  port = (api.address() as AddressInfo).port
})
afterAll(() => {
  api.closeAllConnections()
  api.close()
  rmSync(home, { recursive: true, force: true })
})
// each test has zones that nobody has used
beforeEach(async () => {
  const dir = join(home, String(count++))
  mkdirSync(dir)
  reached.clear()
  proxy = await startProxy(dir, port)
})
afterEach(() => proxy.stop())

const connect = () =>
  connectHttp2(`https://127.0.0.1:${proxy.httpsPort}`, { servername: SITE, rejectUnauthorized: false }).on(
    'error',
    () => undefined,
  )

interface H2Answer {
  status: number
  headers: Record<string, unknown>
}

/** One request over a connection of HTTP/2; answers at the headers. */
function request(session: ClientHttp2Session, path: string, method = 'GET'): Promise<H2Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':path': path,
      ':method': method,
      ':authority': `${SITE}:${proxy.httpsPort}`,
    })
    stream.once('error', reject)
    stream.once('response', (headers) => resolve({ status: Number(headers[':status']), headers }))
    stream.resume().end()
  })
}

interface Zone {
  what: string
  path: string
  method: string
  perSecond: number
  burst: number
  asked: number
}

const ZONES: Zone[] = [
  { what: 'any call', path: '/api/x', method: 'GET', perSecond: 200, burst: 1200, asked: 1800 },
  { what: 'sign-in', path: '/api/auth/login', method: 'POST', perSecond: 5, burst: 40, asked: 120 },
  { what: 'heavy work', path: '/api/reports', method: 'POST', perSecond: 2, burst: 20, asked: 80 },
  { what: 'uploads', path: '/api/imports', method: 'POST', perSecond: 2, burst: 20, asked: 80 },
]

describe('a zone', () => {
  it.each(ZONES)('of $what takes $burst at once and then $perSecond a second, exactly', async (zone) => {
    const session = connect()
    const startMs = performance.now()
    const answers: H2Answer[] = []
    // uploads of one address are counted too, ten at a time
    const atOnce = zone.what === 'uploads' ? 5 : 100
    for (let sent = 0; sent < zone.asked; sent += atOnce)
      answers.push(
        ...(await Promise.all(
          Array.from({ length: atOnce }, () => request(session, zone.path, zone.method)),
        )),
      )
    const tookS = (performance.now() - startMs) / 1000
    session.destroy()
    const taken = answers.filter(({ status }) => status === 200).length
    const refused = answers.filter(({ status }) => status === 429)
    expect(taken + refused.length).toBe(answers.length)
    // the first and the burst, and what came free meanwhile; not one more
    expect(taken).toBeGreaterThanOrEqual(Math.min(answers.length, 1 + zone.burst))
    expect(taken).toBeLessThanOrEqual(1 + zone.burst + Math.ceil(tookS * zone.perSecond))
    expect(reached.get(zone.path)).toBe(taken)
    for (const { headers } of refused.slice(0, 3))
      expect(headers).toMatchObject({
        'retry-after': '2',
        'content-type': 'application/problem+json; charset=utf-8',
      })
  })

  it('of heavy work does not count looking at it', async () => {
    const session = connect()
    for (let i = 0; i < 3; i++) {
      const answers = await Promise.all(Array.from({ length: 40 }, () => request(session, '/api/reports')))
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    }
    session.destroy()
  })

  it('of event streams delays and refuses none: 50 a second', async () => {
    const session = connect()
    const startMs = performance.now()
    const answers = await Promise.all(Array.from({ length: 100 }, () => request(session, '/api/sse/events')))
    const tookMs = performance.now() - startMs
    session.destroy()
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    // the hundredth waited until ninety-nine fiftieths were over
    expect(tookMs).toBeGreaterThan(1900)
  })

  it('is of one address: another is answered while it is used up', async () => {
    const session = connect()
    await Promise.all(Array.from({ length: 60 }, () => request(session, '/api/auth/login', 'POST')))
    expect((await request(session, '/api/auth/login', 'POST')).status).toBe(429)
    session.destroy()
    const login = { port: proxy.httpsPort, path: '/api/auth/login', method: 'POST' }
    expect((await ask({ ...login, from: '127.0.0.9' })).status).toBe(200)
  })
})

it('an address has 300 requests open and no more, and one more as soon as one ends', async () => {
  const session = () => {
    const made = connect()
    made.setMaxListeners(0)
    return made
  }
  const sessions = Array.from({ length: 4 }, session)
  let refused = 0
  const all = Array.from({ length: 310 }, (_, i) =>
    request(sessions[i % sessions.length] as ClientHttp2Session, '/api/hold').then((answer) => {
      if (answer.status === 429) refused++
      return answer.status
    }),
  )
  await until('the rest is refused', async () => refused === 10 && held.length === 300)
  held.pop()?.end('{}')
  await until(
    'there is room',
    async () => (await ask({ port: proxy.httpsPort, path: '/api/x' })).status === 200,
  )
  for (const res of held.splice(0)) res.end('{}')
  const statuses = await Promise.all(all)
  expect([200, 429].map((each) => statuses.filter((status) => status === each).length)).toEqual([300, 10])
  for (const each of sessions) each.destroy()
})

/** Whether somebody at another address is answered. */
const isAnswered = async () =>
  (await ask({ port: proxy.httpsPort, path: '/api/x', from: '127.0.0.9' })).status === 200

describe('attacks by slowness', () => {
  it('with bodies that never end reach no process of the API', async () => {
    const slow = Array.from({ length: 250 }, () => {
      const req = open({
        port: proxy.httpsPort,
        path: '/api/patients',
        method: 'POST',
        headers: { 'content-length': '1000' },
      }).on('error', () => undefined)
      req.write('{')
      const drip = setInterval(() => req.write(' '), 500)
      return () => {
        clearInterval(drip)
        req.destroy()
      }
    })
    await sleep(2000)
    for (let i = 0; i < 20; i++) expect(await isAnswered()).toBe(true)
    expect(reached.get('/api/patients')).toBeUndefined()
    for (const end of slow) end()
  })

  it('by reading nothing of large answers are cut, and others are answered meanwhile', async () => {
    const slow = Array.from({ length: 20 }, () => {
      const at = { host: '127.0.0.1', port: proxy.httpsPort, servername: SITE, rejectUnauthorized: false }
      // nobody listens to what comes: some of it stays in buffers, the rest with the proxy
      const socket = connectTls(at).on('error', () => undefined)
      socket.once('secureConnect', () => socket.write(`GET /api/big HTTP/1.1\r\nHost: ${SITE}\r\n\r\n`))
      return socket
    })
    await until('all have asked', async () => reached.get('/api/big') === slow.length)
    for (let i = 0; i < 20; i++) expect(await isAnswered()).toBe(true)
    expect(ended).toBe(0)
    await until('they are cut', async () => ended === slow.length, undefined, 90_000)
    const bytes = [...proxy.accessLog().matchAll(/"path":"\/api\/big".*"bytes":(\d+)/g)].map(([, n]) =>
      Number(n),
    )
    expect(Math.max(...bytes)).toBeLessThan(BIG.length / 2)
    for (const socket of slow) socket.destroy()
  })

  it('of streams opened and reset at once end with their connection', async () => {
    const session = connect()
    for (let i = 0; i < 3000 && !session.destroyed; i++) {
      const stream = session.request({ ':path': '/api/x', ':authority': `${SITE}:${proxy.httpsPort}` })
      stream.on('error', () => undefined)
      stream.close(constants.NGHTTP2_CANCEL)
      if (i % 100 === 0) await sleep(1)
    }
    for (let i = 0; i < 20; i++) expect(await isAnswered()).toBe(true)
    session.destroy()
  })
})
