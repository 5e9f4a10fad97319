import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { start, toolSet, until } from '../prod/testing.ts'
import { ROOT } from '../testing.ts'
import { ask, open, SITE, startProxy } from './testing.ts'

const home = mkdtempSync(join(tmpdir(), 'clinic-nginx-'))
let api: Server
let port = 0
let count = 0
/** A folder of its own for each proxy. */
const dir = () => {
  const made = join(home, String(count++))
  mkdirSync(made)
  return made
}

beforeAll(async () => {
  // stands for the API: says what the proxy told it
  api = createServer((req, res) => {
    req.resume()
    req.once('end', () => res.end(JSON.stringify({ headers: req.headers, url: req.url })))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  port = (api.address() as AddressInfo).port
})
afterAll(() => {
  api.closeAllConnections()
  api.close()
  rmSync(home, { recursive: true, force: true })
})

const heard = async (httpsPort: number, headers: Record<string, string>) => {
  const { body } = await ask({ port: httpsPort, path: '/api/x?y=1', headers })
  return (JSON.parse(body) as { headers: Record<string, string> }).headers
}
const SPOOFED = {
  'x-forwarded-for': '9.9.9.9',
  'x-real-ip': '8.8.8.8',
  forwarded: 'for=7.7.7.7',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'http',
  'x-forwarded-port': '1',
  'x-request-id': 'chosen-by-client',
}

it('tells the API one address, the connection’s, and nothing that the client said of itself', async () => {
  const proxy = await startProxy(dir(), port)
  try {
    const headers = await heard(proxy.httpsPort, SPOOFED)
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': SITE,
    })
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    for (const name of ['x-real-ip', 'forwarded', 'x-forwarded-port'])
      expect(headers).not.toHaveProperty(name)
  } finally {
    await proxy.stop()
  }
})

it('starts with the name that the compose file gives it when .env says nothing', async () => {
  const proxy = await startProxy(dir(), port, { DOMAIN: 'localhost' })
  try {
    expect((await ask({ port: proxy.httpsPort, path: '/api/x', host: 'localhost' })).status).toBe(200)
  } finally {
    await proxy.stop()
  }
})

it('passes its own health check while it runs and fails it afterwards', async () => {
  const proxy = await startProxy(dir(), port)
  const check = () =>
    start('bash', [`${ROOT}docker/nginx/healthy.sh`], {
      PATH: process.env.PATH ?? '',
      HTTP_PORT: String(proxy.httpPort),
    }).ended
  expect(await check()).toBe(0)
  const outside = await ask({ port: proxy.httpsPort, path: '/proxy-health' })
  expect(outside.body).not.toContain('healthy')
  await proxy.stop()
  expect(await check()).not.toBe(0)
})

it('believes a load balancer that was named, and only that one', async () => {
  const named = await startProxy(dir(), port, { REAL_IP_FROM: '127.0.0.1' })
  const other = await startProxy(dir(), port, { REAL_IP_FROM: '10.0.0.0/8' })
  try {
    expect((await heard(named.httpsPort, { 'x-forwarded-for': '6.6.6.6, 9.9.9.9' }))['x-forwarded-for']).toBe(
      '9.9.9.9',
    )
    expect((await heard(other.httpsPort, { 'x-forwarded-for': '9.9.9.9' }))['x-forwarded-for']).toBe(
      '127.0.0.1',
    )
  } finally {
    await Promise.all([named.stop(), other.stop()])
  }
})

const certificateOf = (at: number) =>
  new Promise<string>((resolve, reject) => {
    const socket: TLSSocket = connectTls({
      host: '127.0.0.1',
      port: at,
      servername: SITE,
      rejectUnauthorized: false,
    })
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    })
    socket.once('error', reject)
  })

it('uses the certificate that is given, and a renewed one after HUP without a pause', async () => {
  const { env } = await toolSet('proxy')
  const ssl = join(dir(), 'ssl')
  const make = async (to: string) =>
    expect(await start('sh', [`${ROOT}docker/nginx/self-signed.sh`, to, SITE], env).ended).toBe(0)
  await make(ssl)
  const again = start('sh', [`${ROOT}docker/nginx/self-signed.sh`, ssl, SITE], env)
  expect(await again.ended).toBe(1)
  const proxy = await startProxy(dir(), port, { SSL_DIR: ssl })
  try {
    const first = await certificateOf(proxy.httpsPort)
    await make(join(home, 'renewed'))
    for (const file of ['cert.pem', 'private.key'])
      writeFileSync(join(ssl, file), readFileSync(join(home, 'renewed', file)))
    proxy.process.child.kill('SIGHUP')
    await until('the new certificate is served', async () => (await certificateOf(proxy.httpsPort)) !== first)
  } finally {
    await proxy.stop()
  }
})

it('does not start with half a certificate, and says what to do', async () => {
  const ssl = join(dir(), 'half')
  mkdirSync(ssl)
  writeFileSync(join(ssl, 'cert.pem'), 'x')
  const half = start('sh', [`${ROOT}docker/nginx/start.sh`], {
    PATH: process.env.PATH ?? '',
    RUN_DIR: dir(),
    SSL_DIR: ssl,
  })
  expect(await half.ended).toBe(78)
  expect(half.output()).toMatch(/private\.key is missing or cannot be read/)
})

it('finds new processes of the API behind its name while it runs, and loses no request over it', async () => {
  const folder = dir()
  const names = join(folder, 'names')
  // stands for the name service of the containers' network
  const tools = join(folder, 'bin')
  mkdirSync(tools)
  writeFileSync(join(tools, 'getent'), `#!/bin/sh\nsed 's/$/ STREAM api/' ${names}\n`)
  chmodSync(join(tools, 'getent'), 0o755)
  writeFileSync(names, '127.0.0.2\n')
  const second = createServer((_, res) => res.end('second'))
  await new Promise<void>((resolve) => second.listen(port, '127.0.0.2', resolve))
  const proxy = await startProxy(folder, port, {
    API_SERVERS: `api:${port}`,
    PATH: `${tools}:${(await toolSet('proxy')).dir}/usr/bin:${process.env.PATH ?? ''}`,
  })
  try {
    const bodyOf = async () => {
      const { status, body } = await ask({ port: proxy.httpsPort, path: '/api/x' })
      expect(status).toBe(200)
      return body
    }
    expect(await bodyOf()).toBe('second')
    // the old container goes, another has come under the same name
    writeFileSync(names, '127.0.0.1\n')
    await until('the new one is asked', async () => (await bodyOf()).includes('headers'))
    // no address at all for a moment: what was known stays
    writeFileSync(names, '')
    await sleep(2500)
    expect(await bodyOf()).toContain('headers')
  } finally {
    await proxy.stop()
    second.close()
  }
})

it('takes ten uploads of one address at a time and refuses more until one ends', async () => {
  const proxy = await startProxy(dir(), port)
  const begun = Array.from({ length: 14 }, () => {
    const req = open({
      port: proxy.httpsPort,
      path: '/api/imports',
      method: 'POST',
      headers: { 'content-length': '1000000' },
    })
    const status = new Promise<number>((resolve) => {
      req.once('response', (res) => resolve(res.resume().statusCode ?? 0))
      req.once('error', () => resolve(0))
    })
    req.write('x')
    return { req, status }
  })
  try {
    // those that were let through wait for the rest of their body; the others are answered at once
    const early = await Promise.all(
      begun.map(({ status }) => Promise.race([status, sleep(1500).then(() => 'open')])),
    )
    expect([429, 'open'].map((each) => early.filter((one) => one === each).length)).toEqual([4, 10])
  } finally {
    for (const { req } of begun) req.destroy()
    await proxy.stop()
  }
})
