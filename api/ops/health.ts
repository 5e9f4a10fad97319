import { z } from 'zod'
import { health } from '../../shared/ops/schema.ts'
import { type Route, route } from '../http/route.ts'
import type { Ops } from './ops.ts'

const UNAVAILABLE = { status: 503, headers: { 'Retry-After': '5' } }
const alive = z.object({ status: z.string() })

/** Health for people and monitors, and the two short answers for container health checks; open to all. */
export function healthRoutes({ checks }: Ops): Route[] {
  const open = { method: 'GET', tag: 'operations', access: 'open', limit: 'none' } as const
  return [
    route({
      ...open,
      path: '/api/performance/health',
      summary: 'State of the system; 503 when unhealthy, always within two seconds',
      response: health,
      async handle() {
        const body = await checks.full()
        return body.status === 'unhealthy' ? { ...UNAVAILABLE, body } : { body }
      },
    }),
    route({
      ...open,
      path: '/livez',
      summary: 'Whether this process turns; never looks at other servers',
      response: alive,
      handle: async () => ({ body: { status: 'live' } }),
    }),
    route({
      ...open,
      path: '/readyz',
      summary: 'Whether requests can be served: database and Redis answer',
      response: alive,
      async handle() {
        if (await checks.ready()) return { body: { status: 'ready' } }
        return { ...UNAVAILABLE, body: { status: 'not ready' } }
      },
    }),
  ]
}
