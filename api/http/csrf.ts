import { AppError } from '../../shared/errors/app-error.ts'
import type { RequestCall } from './call.ts'
import { isLoopback } from './client.ts'

const CLIENT = 'clinic'

type Asked = Pick<RequestCall, 'req' | 'deps' | 'secure' | 'address'>

/** Whether a method may change state. */
export const changesState = (method: string | undefined): boolean =>
  method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

function isOwnOrigin({ req, deps, secure, address }: Asked, origin: string): boolean {
  const { CORS_ORIGINS, PUBLIC_URL } = deps.config
  if (CORS_ORIGINS.includes(origin)) return true
  if (PUBLIC_URL !== undefined && origin === new URL(PUBLIC_URL).origin) return true
  const host = req.headers.host ?? ''
  // with a public address, only somebody at this very machine may come by another name of it
  if (PUBLIC_URL !== undefined && !(isLoopback(address) && LOCAL_HOST.test(host))) return false
  return origin === `${secure && PUBLIC_URL === undefined ? 'https' : 'http'}://${host}`
}

/** Where a browser says the request came from: our own page, unless it says nothing. */
export function checkOrigin(call: Asked): void {
  const { req, deps } = call
  const { origin } = req.headers
  const trusted = origin !== undefined && deps.config.CORS_ORIGINS.includes(origin)
  if (origin !== undefined && !isOwnOrigin(call, origin)) throw new AppError('request/forged')
  const site = req.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && !trusted) throw new AppError('request/forged')
}

/**
 * Refuses a state-changing request that another site could have made a browser send: without our own header, which a
 * form cannot set, or from another origin. Requests with a bearer token need neither, browsers never add one.
 */
export function checkForgery(call: RequestCall): void {
  if (call.req.headers['x-requested-with'] !== CLIENT) throw new AppError('request/forged')
  checkOrigin(call)
}
