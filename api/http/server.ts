import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toProblem } from '../../shared/errors/app-error.ts'
import type { Logger } from '../../shared/log/log.ts'
import { newId } from '../../shared/units/ids.ts'
import { DATA_CSP, securityHeaders } from './headers.ts'

const MAX_HEADER_BYTES = 16 * 1024
const MAX_HEADERS = 100
/** Longer than the keep-alive of a proxy in front, or it would write into a connection that just closed (502). */
const KEEP_ALIVE_MS = 75_000
/** A client that sends its header byte by byte is cut after this. */
const HEADERS_TIMEOUT_MS = 20_000
const CHECK_EVERY_MS = 5_000
/** A connection on which no byte moves for so long within a request is cut: an answer that nobody reads. */
const IDLE_MS = 120_000
const MAX_CONNECTIONS = 20_000
const DRAIN_MS = 8_000
const POLL_MS = 25

/** Open connections of each server: its own list counts one that never sent a byte as busy. */
const connections = new WeakMap<Server, ReadonlySet<Socket>>()

/** Status and title by the parser's error code; anything else is a request that makes no sense. */
const REFUSALS: Readonly<Record<string, [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}

/**
 * Answers what could not even be parsed, with the same headers as everything else, and closes. Its request id is ours:
 * one that the client sent is in what could not be read.
 */
function refuse(error: Error & { code?: string }, socket: Duplex, log: Logger | undefined): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, title] = REFUSALS[error.code ?? ''] ?? [400, 'Bad Request']
  const refusal = new AppError('request/malformed', { detail: title })
  const requestId = newId()
  log?.[refusal.rule.log]({ requestId, code: refusal.code, parser: error.code }, 'request refused')
  const problem = toProblem(refusal, { instance: `urn:clinic:request:${requestId}`, requestId })
  const body = JSON.stringify({ ...problem, title, status })
  const head = securityHeaders(false, DATA_CSP).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\n${head.join('')}Cache-Control: no-store\r\nConnection: close\r\n` +
      `X-Request-Id: ${requestId}\r\n` +
      `Content-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}

/** An HTTP server with limits on header size, header time, idle time and connections; bodies are timed by the edge. */
export function createHttpServer(listener: RequestListener, idleMs = IDLE_MS, log?: Logger): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      // an upload may take as long as it goes on; the edge cuts bodies that stand still
      requestTimeout: 0,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      requireHostHeader: true,
    },
    listener,
  )
  server.on('clientError', (error, socket) => refuse(error, socket, log))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  connections.set(server, sockets)
  // streams of events take themselves out of this; they have heartbeats and a bounded buffer
  server.timeout = idleMs
  server.maxHeadersCount = MAX_HEADERS
  server.maxConnections = MAX_CONNECTIONS
  return server
}

/** Starts listening; answers the real port (0 asks for a free one). */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Closes what waits for its next request, and what never sent its first. */
function closeIdle(server: Server): void {
  server.closeIdleConnections()
  for (const socket of connections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy()
}

/**
 * Stops taking connections, lets running requests finish for some seconds, then cuts what is left. Streams must have
 * been told before, they never end by themselves.
 *
 * Behind a proxy give `lastCallMs`: so long idle connections stay open, and each answer says that its connection ends.
 * Closing an idle one at once meets, under load, a request that the proxy is writing into it, and one that changes
 * something can't be sent again by anybody.
 */
export async function stopServer(server: Server, drainMs = DRAIN_MS, lastCallMs = 0): Promise<void> {
  server.prependListener('request', (_, res) => {
    res.shouldKeepAlive = false
  })
  // the method of an HTTP server closes idle connections as well, this one only the door
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()))
  const cut = setTimeout(() => server.closeAllConnections(), drainMs)
  if (lastCallMs > 0) await Promise.race([closed, sleep(lastCallMs, undefined, { ref: false })])
  // a connection becomes idle when its answer is out, and is closed at the next look
  const idle = setInterval(() => closeIdle(server), POLL_MS)
  closeIdle(server)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
  server.close() // ends its own timer too
}
