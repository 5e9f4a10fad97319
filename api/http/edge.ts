import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../shared/errors/app-error.ts'
import type { ApiServices } from '../services.ts'
import { authenticate, credentialsOf, type FindToken } from './authenticate.ts'
import { type OnCut, RequestCall } from './call.ts'
import { answeredPreflight } from './cors.ts'
import { changesState, checkForgery } from './csrf.ts'
import { DATA_CSP, dataHeaders, securityHeaders } from './headers.ts'
import { hasBody, readJson } from './json-body.ts'
import { compileRoutes, type Match } from './matcher.ts'
import { parseQuery } from './query.ts'
import { GeneralLimit } from './rate-limit.ts'
import type { Route } from './route.ts'
import { sendError, sendReply } from './send.ts'
import { traced } from './trace.ts'
import { refuseFields, validate } from './validate.ts'

/** The HTTP edge of one process: every answer of the API goes through it. */
export interface Edge {
  /** Answers a request of the API; false when the path is not the API's. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>
  /** Answers a request that nobody wanted, or that failed outside the table. */
  refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void
  limit: GeneralLimit
  close(): void
}

export interface EdgeOptions {
  services: ApiServices
  routes: readonly Route[]
  findToken: FindToken
  /** Told of every refusal of a signed-in person (for the audit). */
  onDenied?: (call: RequestCall, error: AppError) => void
}

const CLIENT_GONE_STATUS = 499
const SIGN_IN_FAULTS: ReadonlySet<string> = new Set([
  'auth/failed',
  'auth/totp-failed',
  'auth/pairing-failed',
])

const onCut: OnCut = (call, reason) => {
  if (reason.code === 'request/client-gone') call.answered = true
  else if (!call.answered) sendError(call, reason)
}

/** Builds the edge from the route table. */
export function createEdge({ services, routes, findToken, onDenied }: EdgeOptions): Edge {
  const { deps } = services
  const table = compileRoutes(routes)
  const limit = new GeneralLimit(deps)
  const gate = { limit, findToken }
  const giveBack = (call: RequestCall) => limit.giveBack(call)

  function open(req: IncomingMessage, res: ServerResponse): RequestCall {
    const call = new RequestCall(deps, req, res, onCut)
    res.once('close', () => {
      call.finish()
      const finished = res.writableFinished
      if (!finished) call.cut(new AppError('request/client-gone'))
      services.observeRequest?.({
        method: req.method ?? '',
        route: call.routePath,
        status: finished || res.headersSent ? res.statusCode : CLIENT_GONE_STATUS,
        durationMs: performance.now() - call.startedAt,
      })
    })
    return call
  }

  async function run(call: RequestCall, { route, params }: Match, search: string): Promise<void> {
    const { req } = call
    const { mode } = route
    if (mode !== 'stream') call.startDeadline(deps.config.REQUEST_TIMEOUT_MS)
    if (mode === 'stream' || mode === 'upload') presetHeaders(call)
    const credentials = credentialsOf(call)
    // what the system shut out by itself stays open for whoever is signed in: a clinic shares one address
    if (credentials.kind === 'none' || route.access === 'open') refuseBlocked(call, 'automatic')
    const guarded = credentials.kind === 'cookie' || (credentials.kind === 'none' && route.access === 'open')
    if (guarded && changesState(req.method)) checkForgery(call)
    await authenticate(call, route, credentials, gate)
    if (params !== undefined && route.params !== undefined) {
      if (!Object.values(params).every(isName)) throw new AppError('not-found')
      call.params = validate(route.params, params)
    }
    const query = parseQuery(search)
    if (route.query !== undefined) call.query = validate(route.query, query)
    else refuseFields(query)
    if (mode === 'upload') watchUpload(call, deps.config.REQUEST_TIMEOUT_MS)
    else if (route.method !== 'GET' || hasBody(req)) await takeBody(call, route)
    sendIfOpen(call, route, await route.handle(call as never))
  }

  function sendIfOpen(call: RequestCall, route: Route, reply: Awaited<ReturnType<Route['handle']>>): void {
    if (call.answered) return
    sendReply(call, route, reply, giveBack)
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const { path, search } = splitUrl(req.url ?? '')
    let match: Match | undefined
    let call: RequestCall | undefined
    try {
      match = table.find(req.method ?? '', path)
      if (match === undefined && !isApi(path)) return false
      call = open(req, res)
      refuseBlocked(call, 'manual')
      if (match === undefined) {
        if (answeredPreflight(req, res, deps.config, dataHeaders(call.secure))) return true
        throwUnmatched(table.allowed(path))
      } else {
        call.routePath = match.route.path
        await traced(call, match, search, run)
      }
    } catch (error) {
      call ??= open(req, res)
      fail(call, error)
    }
    return true
  }

  function refuseBlocked({ address }: RequestCall, kind: 'manual' | 'automatic'): void {
    if (services.guard?.judge(address) !== kind) return
    services.guard.refused(kind)
    throw new AppError('auth/blocked')
  }

  /** What tells of guessing or flooding; a signed-in person's mistakes shut nobody out. */
  function noteAbuse({ address, principal }: RequestCall, { code }: AppError): void {
    if (principal !== null) return
    if (SIGN_IN_FAULTS.has(code)) services.guard?.misbehaved(address, 'sign-in')
    else if (code === 'rate/limited') services.guard?.misbehaved(address, 'flood')
  }

  function throwUnmatched(allowed: string[]): never {
    if (allowed.length === 0) throw new AppError('not-found')
    throw new MethodNotAllowed(allowed)
  }

  function fail(call: RequestCall, error: unknown): void {
    if (call.answered && call.res.writableEnded) return
    const own = error instanceof MethodNotAllowed ? { Allow: error.allowed.join(', ') } : {}
    const known = error instanceof MethodNotAllowed ? new AppError('request/method-not-allowed') : error
    if (known instanceof AppError && known.code === 'request/client-gone') return
    if (known instanceof AppError) {
      if (known.code === 'auth/forbidden') onDenied?.(call, known)
      noteAbuse(call, known)
    }
    sendError(call, known, own)
  }

  return {
    handle,
    limit,
    refuse: (req, res, error) => fail(open(req, res), error),
    close: () => limit.close(),
  }
}

class MethodNotAllowed extends Error {
  readonly allowed: string[]
  constructor(allowed: string[]) {
    super('method not allowed')
    this.allowed = allowed
  }
}

/** Whatever a path names has a name in ASCII; the database compares columns of such names with nothing else. */
const isName = (text: string) => /^[ -~]*$/.test(text)

const isApi = (path: string) => path === '/api' || path.startsWith('/api/')

/** Path and query of a request target; the absolute form is taken too, as the standard demands. */
function splitUrl(url: string): { path: string; search: string } {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '')
  const at = target.indexOf('?')
  return at === -1
    ? { path: target, search: '' }
    : { path: target.slice(0, at), search: target.slice(at + 1) }
}

/** A handler that writes to `res` itself finds the security headers already there. */
function presetHeaders(call: RequestCall): void {
  // koa starts every answer as 404
  call.res.statusCode = 200
  for (const [name, value] of securityHeaders(call.secure, DATA_CSP)) call.res.setHeader(name, value)
  call.res.setHeader('X-Request-Id', call.requestId)
  call.res.setHeader('Cache-Control', 'private, no-store')
}

async function takeBody(call: RequestCall, route: Route): Promise<void> {
  call.receiving = true
  const body = await readJson(call.req)
  call.receiving = false
  if (route.body !== undefined) call.body = validate(route.body, body === undefined ? {} : body)
  else if (body !== undefined) {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new AppError('request/invalid')
    refuseFields(body)
  }
}

/** An upload may take for ever but not stand still; its deadline starts at the last byte. */
function watchUpload(call: RequestCall, timeoutMs: number): void {
  call.finish()
  if (call.req.complete) {
    call.startDeadline(timeoutMs)
    return
  }
  // the request's own timer, because the server destroys a socket whose 'timeout' no request listens to
  const stalled = () => {
    call.receiving = true
    call.cut(new AppError('request/stalled', { retryAfterS: 1 }))
  }
  call.req.setTimeout(timeoutMs, stalled)
  call.req.once('close', () => {
    // a connection that was cut has no socket any more
    call.req.socket?.setTimeout(0)
    call.req.off('timeout', stalled)
    if (!call.answered && call.req.complete) call.startDeadline(timeoutMs)
  })
}
