import { type Layer, Router } from '@koa/router'
import { decodePart } from './query.ts'
import type { Route } from './route.ts'

interface Pattern {
  route: Route
  regexp: RegExp
  names: string[]
}

/** A route and the texts its path parameters had, decoded. */
export interface Match {
  route: Route
  params: Record<string, string> | undefined
}

export interface Matcher {
  find(method: string, path: string): Match | undefined
  /** Methods that the path would accept, for 405; empty when there is no such path. */
  allowed(path: string): string[]
}

/**
 * Compiles the route table. The router parses the paths and answers what a path would accept; the hot look-up goes
 * past its middleware layers, which cost several microseconds a request.
 */
export function compileRoutes(routes: readonly Route[]): Matcher {
  const router = new Router({ strict: true, sensitive: true })
  const fixed = new Map<string, Match>()
  const patterns = new Map<string, Pattern[]>()
  const seen = new Set<string>()
  for (const route of routes) {
    const key = `${route.method} ${route.path}`
    if (seen.has(key)) throw new Error(`The route table has ${key} twice`)
    seen.add(key)
    const layer = router.register(route.path, [route.method], () => undefined) as Layer
    const names = layer.paramNames.map(({ name }) => name)
    if (names.length === 0) fixed.set(key, { route, params: undefined })
    else {
      if (route.params === undefined) throw new Error(`${key} has parameters without a schema`)
      patterns.set(route.method, [
        ...(patterns.get(route.method) ?? []),
        { route, regexp: layer.regexp, names },
      ])
    }
  }
  return { find: (method, path) => find(fixed, patterns, method, path), allowed }

  function allowed(path: string): string[] {
    return [...new Set(router.match(path, 'OPTIONS').path.flatMap((layer) => layer.methods))].sort()
  }
}

function find(
  fixed: Map<string, Match>,
  patterns: Map<string, Pattern[]>,
  method: string,
  path: string,
): Match | undefined {
  const asked = method === 'HEAD' ? 'GET' : method
  const exact = fixed.get(`${asked} ${path}`)
  if (exact !== undefined) return exact
  for (const { route, regexp, names } of patterns.get(asked) ?? []) {
    const found = regexp.exec(path)
    if (found === null) continue
    const params: Record<string, string> = {}
    names.forEach((name, index) => {
      params[name] = decodePart(found[index + 1] ?? '')
    })
    return { route, params }
  }
  return undefined
}
