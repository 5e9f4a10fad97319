import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csvOf, person } from '../../shared/testing/people.ts'
import { type ProductionSystem, until } from '../prod/testing.ts'
import { ask, expectHeaders, json, open, type ProxyProcess, SITE, type Site, startSite } from './testing.ts'

let site: Site
let system: ProductionSystem
let proxy: ProxyProcess

/** A gigabyte: more than anything on the way could hold unseen. */
const UPLOAD_MB = Number(process.env.UPLOAD_MB ?? 1024)

beforeAll(async () => {
  site = await startSite()
  system = site.system
  proxy = site.proxy
})
afterAll(() => site?.stop())

const call: Site['call'] = (question) => site.call(question)

/** Processes of the proxy that serve. */
function workersOf({ dir }: ProxyProcess): number[] {
  const master = readFileSync(join(dir, 'nginx.pid'), 'utf8').trim()
  const children = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8')
  return children.trim().split(' ').map(Number)
}

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
      const head = { ':authority': `${SITE}:${proxy.httpsPort}`, cookie: site.cookie }
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
      ...json({ username: 'superadmin', password: site.password }),
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
      headers: { cookie: site.cookie, 'accept-encoding': 'gzip, br', accept: 'text/event-stream' },
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
        cookie: site.cookie,
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
    await until('the API has what was sent', async () => arrived() > (UPLOAD_MB - 2) * MB, undefined, 120_000)
    const resident = (pid: number) =>
      Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
    console.warn(
      `upload of ${UPLOAD_MB} MB: at most ${resident(system.api.pid).toFixed(0)} MB resident in the API, ${Math.max(...workersOf(proxy).map(resident)).toFixed(0)} MB in a process of the proxy`,
    )
    expect(resident(system.api.pid)).toBeLessThan(400)
    for (const pid of workersOf(proxy)) expect(resident(pid)).toBeLessThan(100)
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
