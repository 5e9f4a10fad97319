import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { packetReader } from './mysql-stream.ts'

/** `swallow`: connections open and stay, no byte passes, as with a frozen server. `refuse`: every connection is reset. */
export type ProxyMode = 'pass' | 'swallow' | 'refuse'

/** A place between a client and a server that can be made to fail. */
export interface FaultProxy {
  port: number
  /** The server's URL with the proxy's address. */
  url: string
  setMode(mode: ProxyMode): void
  /** Holds every chunk back for so long, in both directions. */
  setDelayMs(delayMs: number): void
  /** Resets all open connections once; new ones pass. */
  reset(): void
  /**
   * Cuts the connection at the next statement that matches: `before` it reaches the server (never executed), or
   * `after` the server answered (executed, but the client cannot know). Resolves when it was cut. MySQL only.
   */
  cutAt(statement: RegExp, when: 'before' | 'after'): Promise<void>
  /** Connections open now. */
  open(): number
  close(): Promise<void>
}

interface Trap {
  statement: RegExp
  when: 'before' | 'after'
  done: () => void
}

const DEFAULT_PORTS: Record<string, number> = { 'mysql:': 3306, 'redis:': 6379 }

/** Starts a proxy on a free loopback port in front of the server the URL names (mysql:// or redis://). */
export async function startProxy(serverUrl: string): Promise<FaultProxy> {
  const at = new URL(serverUrl)
  const target = { host: at.hostname, port: Number(at.port || DEFAULT_PORTS[at.protocol]) }
  const pairs = new Set<Pair>()
  let mode: ProxyMode = 'pass'
  let delayMs = 0
  let trap: Trap | null = null

  const server = createServer({ noDelay: true }, (client) => {
    if (mode === 'refuse') return void client.resetAndDestroy()
    const upstream = connect({ ...target, noDelay: true })
    const pair: Pair = { client, upstream, cutOnAnswer: null, toClient: newLine(), toServer: newLine() }
    pairs.add(pair)
    // destroySoon: bytes already on their way to the other side still arrive
    const drop = () => {
      pairs.delete(pair)
      client.destroySoon()
      upstream.destroySoon()
    }
    for (const socket of [client, upstream]) socket.on('error', drop).on('close', drop)
    const forward = (to: Socket, bytes: Buffer) => {
      if (mode !== 'pass') return
      const line = to === client ? pair.toClient : pair.toServer
      if (delayMs === 0 && line.waiting === 0) return void to.write(bytes)
      // one after the other, whatever the delay becomes meanwhile: a connection never changes the order of its bytes
      const dueAtMs = Date.now() + delayMs
      line.waiting += 1
      line.last = line.last.then(async () => {
        await sleep(Math.max(0, dueAtMs - Date.now()))
        line.waiting -= 1
        if (to.writable) to.write(bytes)
      })
    }
    const reader = at.protocol === 'mysql:' ? packetReader() : null
    client.on('data', (part: Buffer) => {
      for (const { bytes, statement } of reader?.push(part) ?? [{ bytes: part, statement: null }]) {
        if (trap !== null && statement !== null && trap.statement.test(statement)) {
          const { when, done } = trap
          trap = null
          if (when === 'before') {
            cut(pair)
            done()
            return
          }
          pair.cutOnAnswer = done
        }
        forward(upstream, bytes)
      }
    })
    upstream.on('data', (part: Buffer) => {
      if (pair.cutOnAnswer === null) return forward(client, part)
      const done = pair.cutOnAnswer
      pair.cutOnAnswer = null
      cut(pair)
      done()
    })
  })
  const cut = ({ client, upstream }: Pair) => {
    client.resetAndDestroy()
    upstream.destroy()
  }
  const reset = () => {
    for (const pair of pairs) cut(pair)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  at.hostname = '127.0.0.1'
  at.port = String(port)
  return {
    port,
    url: at.href,
    setMode: (next) => {
      mode = next
      if (mode === 'refuse') reset()
    },
    setDelayMs: (next) => {
      delayMs = next
    },
    reset,
    cutAt: (statement, when) =>
      new Promise((done) => {
        trap = { statement, when, done }
      }),
    open: () => pairs.size,
    close: async () => {
      reset()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Pair {
  client: Socket
  upstream: Socket
  /** Set while the answer to a trapped statement is awaited. */
  cutOnAnswer: (() => void) | null
  toClient: Line
  toServer: Line
}

/** Bytes of one direction that are held back, in their order. */
interface Line {
  waiting: number
  last: Promise<void>
}
const newLine = (): Line => ({ waiting: 0, last: Promise.resolve() })
