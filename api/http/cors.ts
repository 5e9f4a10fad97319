import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Config } from '../../shared/config/config.ts'

const PREFLIGHT_AGE_S = '600'
const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const ALLOWED_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Requested-With'
const EXPOSED_HEADERS = 'ETag, Location, Retry-After, X-Cache, X-Request-Id'
const NONE: readonly string[] = []

/** Headers that let an origin of `CORS_ORIGINS` read the answer; nothing for any other. The origin is compared, never echoed. */
export function corsHeaders(req: IncomingMessage, config: Pick<Config, 'CORS_ORIGINS'>): readonly string[] {
  if (config.CORS_ORIGINS.length === 0) return NONE
  const vary = ['Vary', 'Origin']
  const allowed = config.CORS_ORIGINS.find((origin) => origin === req.headers.origin)
  if (allowed === undefined) return vary
  return [
    ...vary,
    'Access-Control-Allow-Origin',
    allowed,
    'Access-Control-Allow-Credentials',
    'true',
    'Access-Control-Expose-Headers',
    EXPOSED_HEADERS,
  ]
}

/** Answers a preflight of an allowed origin; false when the request is not one. */
export function answeredPreflight(
  req: IncomingMessage,
  res: ServerResponse,
  config: Pick<Config, 'CORS_ORIGINS'>,
  headers: readonly string[],
): boolean {
  if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) return false
  if (!config.CORS_ORIGINS.some((origin) => origin === req.headers.origin)) return false
  res.writeHead(204, [
    ...headers,
    ...corsHeaders(req, config),
    'Access-Control-Allow-Methods',
    ALLOWED_METHODS,
    'Access-Control-Allow-Headers',
    ALLOWED_HEADERS,
    'Access-Control-Max-Age',
    PREFLIGHT_AGE_S,
  ])
  res.end()
  return true
}
