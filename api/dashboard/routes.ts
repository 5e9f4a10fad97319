import { getDashboard, type Scope } from '../../shared/dashboard/reads.ts'
import { dashboard, dashboardQuery } from '../../shared/dashboard/schema.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { principalOf } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { READERS } from './policy.ts'

/** Whoever may not see the clinic's figures sees his own. */
const scopeOf = (call: Call): Scope => {
  const { permissions, userId } = principalOf(call)
  return permissions.has('dashboard.view') ? { whole: true } : { ofUser: userId }
}

/** The clinic in figures: sums only, no patient. */
export function dashboardRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/dashboard',
      tag: 'dashboard',
      summary: 'A day in figures and the days of its month; doctors see their own',
      access: READERS,
      limit: 'general',
      query: dashboardQuery,
      response: dashboard,
      handle: async (call) => ({ body: await getDashboard(deps, call.query.day, scopeOf(call)) }),
    }),
  ]
}
