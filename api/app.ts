import type { RequestListener } from 'node:http'
import Koa, { type Middleware } from 'koa'
import { AppError } from '../shared/errors/app-error.ts'
import { admitToken } from '../shared/users/tokens.ts'
import type { FindToken } from './http/authenticate.ts'
import { clientAddress, isSecure } from './http/client.ts'
import { denialRecorder } from './http/denied.ts'
import { createEdge, type Edge } from './http/edge.ts'
import { PAGE_CSP, securityHeaders } from './http/headers.ts'
import { pageLimit } from './http/page-limit.ts'
import type { Route } from './http/route.ts'
import { pageFallback, webFiles, webRoot } from './http/web-files.ts'
import { allRoutes } from './routes.ts'
import type { ApiServices } from './services.ts'

/** The API of one process, not yet listening. */
export interface App {
  koa: Koa
  edge: Edge
  /** What the HTTP server calls: the koa application, with reads of the API taken out in front of it. */
  listener: RequestListener
  routes: readonly Route[]
  close(): void
}

export interface AppOptions {
  /** Routes beside the clinic's own; for tests. */
  extraRoutes?: readonly Route[]
  /** Further pages in front of the static files (the job queue page); they get the page headers. */
  pages?: readonly Middleware[]
}

const tokenFinder: FindToken = (call, tokenHash) =>
  admitToken(call.deps, tokenHash, { address: call.address, userAgent: call.header('user-agent') ?? '' })

const UNREMARKABLE = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ECANCELED'])

/** What the file server says of an address that can be no file of ours: `..`, a second slash, a broken escape. */
function isImpossiblePath(error: unknown): boolean {
  const { status } = error as { status?: unknown }
  return !(error instanceof AppError) && typeof status === 'number' && status >= 400 && status < 500
}

/** Puts the API together: the table of routes first, then pages and files. */
export function createApp(services: ApiServices, options: AppOptions = {}): App {
  const { config, log } = services.deps
  const routes = [...allRoutes(services), ...(options.extraRoutes ?? [])]
  const edge = createEdge({
    services,
    routes,
    findToken: tokenFinder,
    onDenied: denialRecorder(services),
  })
  const root = webRoot()
  const koa = new Koa()
  koa.on('error', (error: Error & { code?: string }) => {
    if (!UNREMARKABLE.has(error.code ?? '')) log.error({ err: error }, 'page failed')
  })
  koa.use(async (ctx, next) => {
    // the edge writes the answer itself: koa's own response step costs more than the whole session check
    ctx.respond = false
    if (await edge.handle(ctx.req, ctx.res)) return
    ctx.respond = true
    for (const [name, value] of securityHeaders(isSecure(ctx.req, config), PAGE_CSP)) ctx.set(name, value)
    try {
      if (services.guard?.judge(clientAddress(ctx.req, config.TRUST_PROXY)) === 'manual') {
        services.guard.refused('manual')
        throw new AppError('auth/blocked')
      }
      await next()
      if (ctx.status !== 404 || ctx.body != null || ctx.res.headersSent) return
      throw new AppError(
        ctx.method === 'GET' || ctx.method === 'HEAD' ? 'not-found' : 'request/method-not-allowed',
      )
    } catch (error) {
      ctx.respond = false
      edge.refuse(ctx.req, ctx.res, isImpossiblePath(error) ? new AppError('not-found') : error)
    }
  })
  koa.use(pageLimit(services.deps))
  for (const page of options.pages ?? []) koa.use(page)
  koa.use(webFiles(root))
  koa.use(pageFallback(root, config.TZ_CLINIC))
  const throughKoa = koa.callback()
  const listener: RequestListener = (req, res) => {
    // a cached read costs less than koa's context for it does: reads take the short way, everything else goes through
    if (req.method !== 'GET' || !req.url?.startsWith('/api/')) return void throughKoa(req, res)
    void edge.handle(req, res).then((done) => {
      if (!done) void throughKoa(req, res)
    })
  }
  return { koa, edge, listener, routes, close: () => edge.close() }
}
