import type { RequestCall } from './call.ts'
import type { Match } from './matcher.ts'

type Handle = (call: RequestCall, match: Match, search: string) => Promise<void>

/** Handles a request as a trace, where traces are on. Event streams are left out: they last an hour and do nothing. */
export function traced(call: RequestCall, match: Match, search: string, handle: Handle): Promise<void> {
  const { tracing } = call.deps
  const { method, path, mode } = match.route
  if (tracing === undefined || mode === 'stream') return handle(call, match, search)
  return tracing.request({ method, route: path, res: call.res }, () => handle(call, match, search))
}
