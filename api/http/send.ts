import { pipeline } from 'node:stream'
import { AppError, toProblem } from '../../shared/errors/app-error.ts'
import type { RequestCall } from './call.ts'
import { etagOf, matchesEtag } from './conditional.ts'
import { corsHeaders } from './cors.ts'
import { dataHeaders, notModifiedHeaders } from './headers.ts'
import { discardBody } from './json-body.ts'
import type { Reply, Route } from './route.ts'

const CACHE_CONTROL = { 'private-no-store': 'private, no-store', 'private-no-cache': 'private, no-cache' }
const DEFAULT_RETRY_AFTER_S = 5
const JSON_TYPE = 'application/json; charset=utf-8'

/** Puts a header into a flat list, in place of one of the same name. */
function setHeader(headers: string[], name: string, value: string): void {
  const wanted = name.toLowerCase()
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() === wanted) {
      headers[at + 1] = value
      return
    }
  }
  headers.push(name, value)
}

function baseHeaders(
  call: RequestCall,
  route: Route | undefined,
  about: readonly string[] = dataHeaders(call.secure),
): string[] {
  return [
    ...about,
    ...corsHeaders(call.req, call.deps.config),
    'X-Request-Id',
    call.requestId,
    'Cache-Control',
    CACHE_CONTROL[route?.cacheControl ?? 'private-no-store'],
  ]
}

/** Writes head and bytes in one go; `own` headers come last and replace those of the same name. */
function write(
  call: RequestCall,
  status: number,
  headers: string[],
  bytes: Buffer | undefined,
  own?: Record<string, string | string[]>,
): void {
  const { req, res } = call
  if (bytes !== undefined) headers.push('Content-Length', String(bytes.length))
  if (own !== undefined) {
    for (const name of Object.keys(own)) {
      const value = own[name] as string | string[]
      if (typeof value === 'string') setHeader(headers, name, value)
      else for (const each of value) headers.push(name, each)
    }
  }
  call.answered = true
  if (!req.complete) discardBody(req)
  res.writeHead(status, headers)
  res.end(req.method === 'HEAD' ? undefined : bytes)
}

/** Called when an answer turned out not to count against the general limit. */
export type OnUncounted = (call: RequestCall) => void

function sendBytes(
  call: RequestCall,
  route: Route,
  reply: { bytes: Buffer; etag: string; cache: string; status: number },
  own: Record<string, string> | undefined,
  onUncounted: OnUncounted,
): void {
  if (reply.status === 200 && matchesEtag(call.req.headers['if-none-match'], reply.etag)) {
    onUncounted(call)
    const headers = baseHeaders(call, route, notModifiedHeaders(call.secure))
    headers.push('ETag', reply.etag, 'X-Cache', reply.cache)
    write(call, 304, headers, undefined, own)
    return
  }
  const headers = baseHeaders(call, route)
  headers.push('ETag', reply.etag, 'X-Cache', reply.cache, 'Content-Type', JSON_TYPE)
  write(call, reply.status, headers, reply.bytes, own)
}

function sendStream(call: RequestCall, route: Route, reply: Extract<Reply, { stream: unknown }>): void {
  const headers = baseHeaders(call, route)
  for (const name of Object.keys(reply.headers)) setHeader(headers, name, reply.headers[name] as string)
  call.answered = true
  call.res.writeHead(reply.status ?? 200, headers)
  if (call.req.method === 'HEAD') {
    call.res.end()
    return
  }
  pipeline(reply.stream, call.res, (error) => {
    if (error) call.deps.log.debug({ requestId: call.requestId, err: error }, 'answer cut off')
  })
}

/** Turns a handler's reply into bytes on the wire, once. */
export function sendReply(call: RequestCall, route: Route, reply: Reply, onUncounted: OnUncounted): void {
  if (reply === 'raw') {
    call.answered = true
    return
  }
  if ('json' in reply) {
    const { json, etag, cache } = reply
    sendBytes(call, route, { bytes: json, etag, cache, status: 200 }, reply.headers, onUncounted)
    return
  }
  if ('stream' in reply) {
    sendStream(call, route, reply)
    return
  }
  if (!('body' in reply)) {
    write(call, reply.status, baseHeaders(call, route), undefined, reply.headers)
    return
  }
  const status = reply.status ?? (route.method === 'POST' ? 201 : 200)
  const bytes = Buffer.from(JSON.stringify(reply.body))
  if (route.method === 'GET') {
    const etag = etagOf(bytes)
    sendBytes(call, route, { bytes, etag, cache: 'BYPASS', status }, reply.headers, onUncounted)
    return
  }
  const headers = baseHeaders(call, route)
  headers.push('Content-Type', JSON_TYPE)
  write(call, status, headers, bytes, reply.headers)
}

function note(call: RequestCall, error: unknown, known: AppError): void {
  const line = { requestId: call.requestId, route: call.routePath, code: known.code }
  const { log } = call.deps
  if (error !== known) log.error({ ...line, err: error }, 'request failed')
  else if (known.cause === undefined) log[known.rule.log](line, 'request refused')
  else log[known.rule.log]({ ...line, err: known.cause }, 'request refused')
}

const MS_PER_S = 1000

function pushLimit(headers: string[], error: AppError, nowMs: number): void {
  const resetS = Math.ceil(nowMs / MS_PER_S) + (error.retryAfterS ?? 0)
  const limit = String(error.extra?.limit ?? '')
  headers.push('X-RateLimit-Limit', limit, 'X-RateLimit-Remaining', '0', 'X-RateLimit-Reset', String(resetS))
}

/** Answers an error as a problem document; texts of unknown errors stay in the log, without their message. */
export function sendError(call: RequestCall, error: unknown, own: Record<string, string> = {}): void {
  const known = error instanceof AppError ? error : new AppError('internal', { cause: error })
  note(call, error, known)
  if (call.answered || call.res.headersSent) {
    call.answered = true
    call.res.destroy()
    return
  }
  // the path asked for may carry what somebody typed, so `instance` names the request, not the address
  const where = { instance: `urn:clinic:request:${call.requestId}`, requestId: call.requestId }
  const problem = toProblem(known, where)
  const { status } = problem
  const bytes = Buffer.from(JSON.stringify(problem))
  const headers = baseHeaders(call, undefined)
  headers.push('Content-Type', 'application/problem+json; charset=utf-8')
  const retryAfterS =
    known.retryAfterS ?? (status === 429 || status === 503 ? DEFAULT_RETRY_AFTER_S : undefined)
  if (retryAfterS !== undefined) headers.push('Retry-After', String(Math.ceil(retryAfterS)))
  if (known.code === 'rate/limited') pushLimit(headers, known, call.deps.clock.now().getTime())
  if (status === 401) headers.push('WWW-Authenticate', 'Bearer')
  write(call, status, headers, bytes, own)
}
