import type { Route } from './http/route.ts'
import type { ApiServices } from './services.ts'
import { usersRoutes } from './users/routes.ts'

/** Every route of the API. A domain joins by one line. */
export function allRoutes(services: ApiServices): Route[] {
  return [...usersRoutes(services)]
}
