import type { Route } from '../http/route.ts'
import { docsRoutes } from './docs-page.ts'
import { healthRoutes } from './health.ts'
import type { Ops } from './ops.ts'
import { performanceRoutes } from './performance.ts'

/** Health, measurements and the API reference; `allRoutes` is asked when the reference is first read. */
export function opsRoutes(ops: Ops, allRoutes: () => readonly Route[]): Route[] {
  return [...healthRoutes(ops), ...performanceRoutes(ops), ...docsRoutes(allRoutes)]
}
