import type { Context, Middleware, Next } from 'koa'
import ratelimit from 'koa-ratelimit'
import type { Deps } from '../../shared/deps.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { limited } from '../../shared/rights/limited.ts'
import { clientAddress } from './client.ts'

const HOUR_MS = 3_600_000
const MS_PER_S = 1000
/** An address may be a whole clinic, and the job queue page asks again every few seconds by itself. */
const PAGES_FACTOR = 10
const RETRY_AFTER_S = 2
const LOCAL_ADDRESSES_MAX = 10_000

/** Pages for administrators: they stay shut while nobody can count. */
const GUARDED = /^\/admin(\/|$)/
const FILE = /\.[a-z0-9]+$/i

/** Static files do not count. */
const counts = ({ path }: Context): boolean => !FILE.test(path)

/**
 * The hourly limit of the pages that koa serves, by address, with counters of its own. The API counts for itself, by
 * person. While Redis is away each process counts alone, and administrators' pages are refused.
 */
export function pageLimit({ config, redis, prefix, log }: Deps): Middleware {
  const max = config.RATE_LIMIT_GENERAL_PER_HOUR * PAGES_FACTOR
  if (max === 0) return (_, next) => next()
  const alone = new Map<string, unknown>()
  const common = {
    duration: HOUR_MS,
    max,
    id: (ctx: Context) => (counts(ctx) ? clientAddress(ctx.req, config.TRUST_PROXY) : false),
    namespace: `${prefix}:limit:pages`,
  } as const
  const together = ratelimit({ ...common, driver: 'redis', db: redis })
  const byItself = ratelimit({ ...common, driver: 'memory', db: alone })

  /** Whether the limiter lets the request through; what happens behind it is none of its errors. */
  async function passes(limiter: Middleware, ctx: Context): Promise<boolean> {
    let passed = false
    await limiter(ctx as never, async () => {
      passed = true
    })
    return passed
  }

  return async (ctx: Context, next: Next) => {
    let passed: boolean
    try {
      passed = await passes(together, ctx)
    } catch (cause) {
      log.debug({ err: cause }, 'pages are counted by this process alone')
      if (GUARDED.test(ctx.path))
        throw new AppError('unavailable/redis', { retryAfterS: RETRY_AFTER_S, cause })
      if (alone.size >= LOCAL_ADDRESSES_MAX) alone.clear()
      passed = await passes(byItself, ctx)
    }
    if (passed) return next()
    const { after } = ctx.state.rateLimit as { after: number }
    ctx.body = null
    throw limited(max, Math.max(1, after) * MS_PER_S)
  }
}
