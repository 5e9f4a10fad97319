import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, getCiphers, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { read } from '../testing.ts'
import { type ProxyProcess, SITE, startProxy } from './testing.ts'

const home = mkdtempSync(join(tmpdir(), 'clinic-tls-'))
let api: Server
let proxy: ProxyProcess

beforeAll(async () => {
  api = createServer((_, res) => res.end('{}'))
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  proxy = await startProxy(home, (api.address() as AddressInfo).port)
})
afterAll(async () => {
  await proxy?.stop()
  api.close()
  rmSync(home, { recursive: true, force: true })
})

/** Shakes hands and looks; null when the proxy, or this side's own library, refuses. */
function shake<T>(
  options: ConnectionOptions,
  look: (socket: TLSSocket) => T | Promise<T>,
): Promise<T | null> {
  return new Promise((resolve) => {
    const at = { host: '127.0.0.1', port: proxy.httpsPort, servername: SITE, rejectUnauthorized: false }
    try {
      const socket = connect({ ...at, ...options })
      socket.once('error', () => resolve(null))
      socket.once('close', () => resolve(null))
      socket.once('secureConnect', async () => {
        resolve(await look(socket))
        socket.destroy()
      })
    } catch {
      resolve(null)
    }
  })
}

const OLD = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const
const suiteOf = (socket: TLSSocket) => socket.getCipher().name

it('takes no suite of TLS 1.2 but those of its list, of all that this machine knows', async () => {
  const listed = /ssl_ciphers ([^;]+);/.exec(read('docker/nginx/tls.conf'))?.[1]?.split(':') ?? []
  const known = getCiphers().filter((name) => !name.startsWith('tls_'))
  expect(known.length).toBeGreaterThan(40)
  const taken = new Set<string>()
  for (const name of known) {
    const suite = await shake({ ...OLD, ciphers: `${name.toUpperCase()}:@SECLEVEL=0` }, suiteOf)
    if (suite !== null) taken.add(suite)
  }
  expect([...taken].filter((suite) => !listed.includes(suite))).toEqual([])
  // each of the list's that fits the key of the certificate
  expect(taken.size).toBe(3)
})

it('takes no curve but strong ones', async () => {
  for (const curve of ['X25519', 'prime256v1', 'secp384r1'])
    expect([curve, await shake({ ecdhCurve: curve }, () => true)]).toEqual([curve, true])
  for (const curve of ['secp521r1', 'secp256k1', 'secp224r1', 'sect233r1'])
    expect([
      curve,
      await shake({ ...OLD, ecdhCurve: curve, ciphers: 'ALL:@SECLEVEL=0' }, () => true),
    ]).toEqual([curve, null])
})

it('gives no session ticket, and does not shake hands again because a client wants it', async () => {
  expect(await shake(OLD, (socket) => socket.getTLSTicket() ?? 'none')).toBe('none')
  const again = await shake(
    OLD,
    (socket) =>
      new Promise<string>((resolve) => {
        socket.once('error', () => resolve('refused'))
        socket.once('close', () => resolve('refused'))
        socket.renegotiate({}, (error) => resolve(error === null ? 'done' : 'refused'))
      }),
  )
  expect(again).not.toBe('done')
})

it('speaks HTTP/2 and HTTP/1.1, whichever the client knows', async () => {
  const chosen = (...ALPNProtocols: string[]) => shake({ ALPNProtocols }, (socket) => socket.alpnProtocol)
  expect(await chosen('h2', 'http/1.1')).toBe('h2')
  expect(await chosen('http/1.1')).toBe('http/1.1')
  expect(await chosen('spdy/3')).not.toBe('spdy/3')
})
