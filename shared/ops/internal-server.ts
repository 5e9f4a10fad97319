import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HealthChecks } from './health-checks.ts'

export interface InternalServerOptions {
  /** 0 lets the system choose. */
  port: number
  host: string
  checks: Pick<HealthChecks, 'ready'>
  metrics: { text(): Promise<string>; contentType: string }
}

/** A running internal server: its real port and how to end it. */
export interface InternalServer {
  port: number
  close(): Promise<void>
}

const REQUEST_LIMIT_MS = 10_000

interface Answer {
  status: number
  type: string
  body: string
}

const plain = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
})

function answers({ checks, metrics }: InternalServerOptions): Record<string, () => Promise<Answer>> {
  return {
    // answering at all proves that the event loop turns; asking the database here would make restarts spread an outage
    '/livez': async () => plain(200, 'live'),
    '/readyz': async () => ((await checks.ready()) ? plain(200, 'ready') : plain(503, 'not ready')),
    '/metrics': async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() }),
  }
}

async function answer(table: ReturnType<typeof answers>, req: IncomingMessage): Promise<Answer> {
  if (req.method !== 'GET' && req.method !== 'HEAD') return plain(405, 'method not allowed')
  const path = (req.url ?? '/').split('?', 1)[0] as string
  const found = Object.hasOwn(table, path) ? table[path] : undefined
  if (found === undefined) return plain(404, 'not found')
  return found().catch(() => plain(500, 'failed'))
}

function send(req: IncomingMessage, res: ServerResponse, { status, type, body }: Answer): void {
  res.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  res.end(req.method === 'HEAD' ? undefined : body)
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/**
 * The door for container health checks and Prometheus: `/livez`, `/readyz` and `/metrics` on a port of its own that is
 * never published. API and worker use the same.
 */
export async function startInternalServer(options: InternalServerOptions): Promise<InternalServer> {
  const table = answers(options)
  const server = createServer((req, res) => {
    void answer(table, req).then((found) => send(req, res, found))
  })
  server.requestTimeout = REQUEST_LIMIT_MS
  const port = await listen(server, options.port, options.host)
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
