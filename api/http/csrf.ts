import type { IncomingMessage } from 'node:http'
import type { Config } from '../../shared/config/config.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import type { RequestCall } from './call.ts'

const CLIENT = 'clinic'

/** Whether a method may change state. */
export const changesState = (method: string | undefined): boolean =>
  method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'

function isOwnOrigin(req: IncomingMessage, origin: string, config: Config, secure: boolean): boolean {
  if (config.CORS_ORIGINS.includes(origin)) return true
  if (config.PUBLIC_URL !== undefined) return origin === new URL(config.PUBLIC_URL).origin
  return origin === `${secure ? 'https' : 'http'}://${req.headers.host ?? ''}`
}

/** Where a browser says the request came from: our own page, unless it says nothing. */
export function checkOrigin({ req, deps, secure }: Pick<RequestCall, 'req' | 'deps' | 'secure'>): void {
  const { origin } = req.headers
  const trusted = origin !== undefined && deps.config.CORS_ORIGINS.includes(origin)
  if (origin !== undefined && !isOwnOrigin(req, origin, deps.config, secure))
    throw new AppError('request/forged')
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
