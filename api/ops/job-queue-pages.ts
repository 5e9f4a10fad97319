import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { KoaAdapter } from '@bull-board/koa'
import type { Context, Middleware, Next } from 'koa'
import type { Spool } from '../../shared/audit/spool.ts'
import type { Deps } from '../../shared/deps.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import type { JobQueues } from '../../shared/jobs/queues.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { checkSession } from '../../shared/users/session-check.ts'
import { credentialsOf } from '../http/authenticate.ts'
import { RequestCall } from '../http/call.ts'
import { changesState, checkOrigin } from '../http/csrf.ts'

const PATH = '/admin/queues'
/** The board's addresses are relative to its `base` element, which the policy of the staff page forbids. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
const SERVER_FAULT = 500

export interface JobQueuePagesOptions {
  deps: Deps
  queues: JobQueues
  spool: Pick<Spool, 'write'>
}

/** The board's own error answer would carry the error's text; that stays inside. */
const safeAnswer = (error: Error) => {
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
  return { status: (status ?? SERVER_FAULT) as typeof SERVER_FAULT, body: { error: 'failed' } }
}

function board(queues: JobQueues): Middleware {
  const adapter = new KoaAdapter()
  adapter.setBasePath(PATH)
  createBullBoard({
    queues: Object.values(queues).map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Job queues' } },
  })
  adapter.setErrorHandler(safeAnswer)
  return adapter.registerPlugin() as Middleware
}

/** Who may use the board: a session of somebody who may manage job queues. Looking on does not keep a session alive. */
async function authorised(call: RequestCall, acts: boolean): Promise<Principal> {
  const credentials = credentialsOf(call)
  if (credentials.kind !== 'cookie') throw new AppError('auth/required')
  const { identity } = await checkSession(call.deps, {
    sessionId: credentials.sessionId,
    address: call.address,
    cost: 0,
    touch: acts,
  })
  if (identity === null) throw new AppError('auth/required')
  call.principal = identity.principal
  if (identity.mustChangePassword) throw new AppError('auth/must-change-password')
  if (!identity.principal.permissions.has('job-queues.manage')) throw new AppError('auth/forbidden')
  return identity.principal
}

/**
 * A board action can be sent by a form of another site, because the board's buttons carry no header of ours; so the
 * browser must say that the request comes from our own page, and silence is a no.
 */
function refuseForeign(call: RequestCall): void {
  const { origin, 'sec-fetch-site': site } = call.req.headers
  if (origin === undefined && site === undefined) throw new AppError('request/forged')
  checkOrigin(call)
}

/**
 * What may be done to jobs here. Adding a job or changing what it carries is not among it: jobs are made from
 * operations only.
 */
const ACTION =
  /^\/api\/queues\/(?:(?<queue>[^/]+)\/)?(?:(?<job>[^/]+)\/)?(?<verb>retry|promote|clean|pause|resume|concurrency|rate-limit|release|empty|obliterate|delay|priority)(?:\/[a-z-]+)?$/

function actionOf(path: string) {
  const found = ACTION.exec(path.slice(PATH.length))?.groups
  if (found === undefined) throw new AppError('auth/forbidden')
  const { queue, job, verb = '' } = found
  return { verb, queue: queue ?? null, job: job ?? null }
}

const isOurs = (path: string) => path === PATH || path.startsWith(`${PATH}/`)

/** The board's page without its web font and inline styles, which the content policy and a clinic without net refuse. */
const withoutForeign = (html: string) =>
  html
    .replace(/<link[^>]+https:\/\/fonts\.googleapis\.com[^>]*>/g, '')
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/ style="[^"]*"/g, '')

/** Job queues as pages under `/admin/queues`, for holders of `job-queues.manage`; every action is recorded first. */
export function jobQueuePages({ deps, queues, spool }: JobQueuePagesOptions): Middleware {
  const serve = board(queues)

  async function record(call: RequestCall, principal: Principal | null, path: string | null): Promise<void> {
    const action = path === null ? null : actionOf(path)
    await spool.write({
      userId: principal?.userId ?? null,
      username: principal?.username ?? null,
      role: principal?.role ?? null,
      action: action === null ? 'access.denied' : `job-queues.${action.verb}`,
      entity: 'job-queue',
      entityId: action?.queue ?? null,
      outcome: action === null ? 'denied' : 'ok',
      address: call.address,
      requestId: call.requestId,
      ...(action?.job ? { detail: { job: action.job } } : {}),
    })
  }

  return async (ctx: Context, next: Next) => {
    if (!isOurs(ctx.path)) return next()
    const call = new RequestCall(deps, ctx.req, ctx.res, () => undefined)
    const acts = changesState(ctx.method)
    if (acts) refuseForeign(call)
    try {
      const principal = await authorised(call, acts)
      if (acts) await record(call, principal, ctx.path)
    } catch (error) {
      const denied = error instanceof AppError && error.code === 'auth/forbidden'
      if (denied) await record(call, call.principal, null)
      throw error
    }
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Content-Security-Policy', CSP)
    // what the board does not know is not found; the staff page must not answer for it
    await serve(ctx as never, async () => undefined)
    if (typeof ctx.body === 'string' && ctx.type === 'text/html') ctx.body = withoutForeign(ctx.body)
  }
}
