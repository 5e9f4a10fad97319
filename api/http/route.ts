import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { Deps } from '../../shared/deps.ts'
import type { Permission, Principal } from '../../shared/rights/permissions.ts'

/**
 * Who may call a route: nobody by default, because there is no default. `open`: anybody. `session`: whoever is signed
 * in (also with a password to change, if `evenBeforePasswordChange`). Otherwise one of the permissions.
 */
export type Access = 'open' | 'session' | { anyOf: readonly Permission[] }

/** Which counter a call raises; `none` for health, static files and streams (streams have a bucket of their own). */
export type LimitClass = 'general' | 'auth' | 'heavy' | 'stream' | 'none'

/** Everything a handler gets. `signal` aborts at the deadline or when the client goes away; pass it down. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  deps: Deps
  requestId: string
  /** Client address as the trusted proxies report it. */
  address: string
  principal: Principal | null
  sessionId: string | null
  /** Whether the person has to change the password before anything else. */
  mustChangePassword?: boolean
  params: P
  query: Q
  body: B
  signal: AbortSignal
  /** Value of a request header; several of one name count as absent, because no two readers agree on them. */
  header(name: string): string | undefined
  /** Raw request and response, for streams and uploads only. */
  req: IncomingMessage
  res: ServerResponse
}

/** What a handler answers. `raw` means the handler has taken over `res` itself (SSE, downloads). */
export type Reply =
  | { status?: number; body: unknown; headers?: Record<string, string> }
  /** Finished JSON with its ETag, as the cache holds it; sent as it is, 304 when the client has it. */
  | { json: Buffer; etag: string; cache: 'HIT' | 'MISS' | 'BYPASS'; headers?: Record<string, string> }
  | { stream: NodeJS.ReadableStream; headers: Record<string, string>; status?: number }
  | { status: 204 | 202; headers?: Record<string, string> }
  | 'raw'

export interface Route<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with `:name` parameters, from `/api` on. */
  path: string
  tag: string
  summary: string
  access: Access
  limit: LimitClass
  /** `uploads`: no JSON body is read, the 30 s deadline starts at the last byte; `stream`: no deadline. */
  mode?: 'json' | 'upload' | 'stream'
  evenBeforePasswordChange?: boolean
  /** Only for a signed-in person: an API token may never make tokens, end sessions or change passwords. */
  peopleOnly?: boolean
  params?: P
  query?: Q
  body?: B
  /** Schema of the answer's body, for the API page and the tests. */
  response?: z.ZodType
  /** Cache-Control class of the answer; patient data is the default. */
  cacheControl?: 'private-no-store' | 'private-no-cache'
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply>
}

/** Keeps a route's schema types through the table. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  entry: Route<P, Q, B>,
): Route {
  return entry as unknown as Route
}
