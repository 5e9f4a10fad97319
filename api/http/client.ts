import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Config } from '../../shared/config/config.ts'

const unmapped = (address: string) => (address.startsWith('::ffff:') ? address.slice(7) : address)

function forwarded(req: IncomingMessage, name: string, trustProxy: number): string | undefined {
  const header = req.headers[name]
  if (trustProxy === 0 || header === undefined) return undefined
  const hops = (Array.isArray(header) ? header.join(',') : header).split(',')
  return hops[Math.max(0, hops.length - trustProxy)]?.trim()
}

/**
 * Address of the client as the outermost of our own `trustProxy` proxies saw it. Whatever a client writes further
 * left in X-Forwarded-For is not looked at.
 */
export function clientAddress(req: IncomingMessage, trustProxy: number): string {
  const direct = unmapped(req.socket.remoteAddress ?? '')
  if (trustProxy === 0) return direct
  const reported = unmapped(forwarded(req, 'x-forwarded-for', trustProxy) ?? '')
  return isIP(reported) === 0 ? direct : reported
}

/** Whether the browser came over TLS: the public address says so, or our own proxy does. */
export function isSecure(req: IncomingMessage, config: Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY'>): boolean {
  if (config.PUBLIC_URL?.startsWith('https:')) return true
  return forwarded(req, 'x-forwarded-proto', config.TRUST_PROXY) === 'https'
}

/** Whether an address is this machine's own. */
export const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.')

const REQUEST_ID = /^[A-Za-z0-9._-]{8,40}$/
const seed = Math.random().toString(36).slice(2, 10).padEnd(8, '0') + process.pid.toString(36)
let sequence = 0

/** The id our own proxy gave the request, else a new one: unique over processes, cheap to make. */
export function requestIdOf(req: IncomingMessage, trustProxy: number): string {
  const given = trustProxy > 0 ? req.headers['x-request-id'] : undefined
  if (typeof given === 'string' && REQUEST_ID.test(given)) return given
  sequence += 1
  return `${seed}-${sequence.toString(36)}`
}
