import { createServer, get, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { z } from 'zod'
import type { Deps } from '../../shared/deps.ts'
import { toProblem } from '../../shared/errors/app-error.ts'
import type { EventEnvelope } from '../../shared/events/registry.ts'
import { type Principal, permissionsOf, type Role } from '../../shared/rights/permissions.ts'
import type { Call } from '../http/route.ts'
import { createHub, type EventHub, type HubOptions } from './hub.ts'
import { type EventsServices, eventsRoutes } from './routes.ts'

/** A signed-in person for tests. */
export const person = (userId: string, role: Role = 'admin'): Principal => ({
  userId,
  username: `user${userId}`,
  name: `User ${userId}`,
  role,
  permissions: permissionsOf(role, []),
})

/** An event as an operation's work makes it. */
export const progressEvent = (entityId: string, version: number, ownerId = '1'): EventEnvelope => ({
  topic: 'operations',
  ownerId,
  body: { type: 'operation.progress', at: new Date().toISOString(), entity: { id: entityId, version } },
})

/** One API process's part of the events: a real server with a hub; people sign in by the header `x-session`. */
export interface EventServer {
  hub: EventHub
  port: number
  sessions: Map<string, Principal>
  close(): Promise<void>
}

/** Starts a server with the event routes alone, as one API process would serve them; `early`: before it can. */
export async function startEventServer(
  deps: Deps,
  options: Partial<HubOptions & EventsServices & { sessions: Map<string, Principal>; early: boolean }> = {},
): Promise<EventServer> {
  const sessions = options.sessions ?? new Map([['s1', person('1')]])
  const sessionsAlive: HubOptions['sessionsAlive'] = async (_, ids) =>
    new Map(ids.map((id) => [id, sessions.get(id) ?? null]))
  const hub = createHub(deps, { sessionsAlive, ...options })
  const routes = eventsRoutes({ hub, findVisibleOperation: async () => undefined, ...options })
  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://localhost')
    const header = (name: string) => req.headers[name]?.toString()
    try {
      const found = routes.find(({ path }) => path === url.pathname)
      const sessionId = header('x-session') ?? null
      const query = found?.query as z.ZodType | undefined
      const call = {
        ...{ deps, req, res, header, params: {}, body: undefined, requestId: 'r', address: '', sessionId },
        principal: sessions.get(sessionId ?? '') ?? null,
        query: query?.parse(Object.fromEntries(url.searchParams)),
        signal: AbortSignal.timeout(60_000),
      } as Call
      const reply = await found?.handle(call)
      if (reply === 'raw') return
      res.writeHead(reply ? 200 : 404).end(reply && 'body' in reply ? JSON.stringify(reply.body) : '')
    } catch (error) {
      const problem = toProblem(error)
      res.writeHead(problem.status).end(JSON.stringify(problem))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve))
  while (!options.early && !hub.ready()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  return {
    hub,
    port: (server.address() as AddressInfo).port,
    sessions,
    async close() {
      await hub.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One block of a stream as a browser would read it. */
export interface Received {
  name: string
  data: string
  /** The id that a reconnect would send after this block. */
  lastEventId: string
}

/** An open stream, parsed by the rules browsers follow. */
export interface TestStream {
  status: number
  headers: IncomingHttpHeaders
  raw: string
  received: Received[]
  lastEventId: string
  retryMs: number | undefined
  ended: boolean
  res: IncomingMessage
  until(done: (stream: TestStream) => boolean, withinMs?: number): Promise<void>
  close(): void
}

function takeBlock(stream: TestStream, block: string): void {
  let name = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^([a-z]*):? ?(.*)$/s.exec(line) ?? []
    if (field === 'id') stream.lastEventId = value
    else if (field === 'event') name = value
    else if (field === 'data') data.push(value)
    else if (field === 'retry') stream.retryMs = Number(value)
  }
  if (data.length > 0) stream.received.push({ name, data: data.join('\n'), lastEventId: stream.lastEventId })
}

const LOOK_MS = 5

/** Opens a stream and reads it until it is closed. */
export async function openStream(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  lastEventId = '',
): Promise<TestStream> {
  const all = {
    'x-session': 's1',
    ...headers,
    ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
  }
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, path, headers: all, agent: false }, resolve).on('error', reject)
  })
  const stream: TestStream = {
    ...{ status: res.statusCode ?? 0, headers: res.headers, raw: '', received: [], lastEventId },
    ...{ retryMs: undefined, ended: false, res, close: () => res.destroy() },
    async until(done, withinMs = 30_000) {
      const endsAtMs = Date.now() + withinMs
      while (!done(stream)) {
        if (Date.now() > endsAtMs)
          throw new Error(`Not within ${withinMs} ms; read so far: ${stream.raw.slice(-500)}`)
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      }
    },
  }
  let rest = ''
  res.setEncoding('utf8')
  res.on('data', (text: string) => {
    stream.raw += text
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) takeBlock(stream, block)
  })
  res.on('error', () => undefined)
  res.on('close', () => {
    stream.ended = true
  })
  return stream
}

/** Sends a request that is not a stream and answers its status and body. */
export async function call(
  port: number,
  path: string,
  method = 'GET',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const req = request({ port, path, method, headers: { 'x-session': 's1' }, agent: false }, (res) => {
      let body = ''
      res.setEncoding('utf8')
      res.on('data', (text: string) => {
        body += text
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }))
    })
    req.on('error', reject).end()
  })
}
