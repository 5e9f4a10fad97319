import { connect, type Socket } from 'node:net'

/** One request over and over: `head` is the whole request as bytes, or makes a new one each time. */
export interface Target {
  port: number
  head: string | (() => string)
  /** Opens a connection that is not a plain one; numbered, so that each may come from an address of its own. */
  connect?: (nth: number) => Promise<Socket>
}

export interface LoadResult {
  requests: number
  /** Answers that were not 200, 201 or 304. */
  strange: number
  tookS: number
  /** Milliseconds from when each request was due to its whole answer. */
  latenciesMs: number[]
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Waits until a connection stands: `connect`, or `secureConnect` of one under TLS. */
export async function connected<S extends Socket>(socket: S, event = 'connect'): Promise<S> {
  await new Promise<void>((resolve, reject) => {
    socket.once(event, () => resolve())
    socket.once('error', reject)
  })
  return socket
}

/** A kept-alive connection that does one request at a time; far cheaper than an HTTP client, so the server is measured. */
class Line {
  readonly #socket: Socket
  readonly #request: Buffer | (() => string)
  #buffered: Buffer = Buffer.alloc(0)
  #answered: ((status: number) => void) | null = null

  constructor(socket: Socket, request: Buffer | (() => string)) {
    this.#socket = socket
    this.#request = request
    socket.on('data', (part: Buffer) => this.#take(part))
    socket.on('error', () => this.#answered?.(0))
    socket.on('close', () => this.#answered?.(0))
  }

  static async open(target: Target, nth: number): Promise<Line> {
    const socket = await (target.connect?.(nth) ?? connected(connect(target.port, '127.0.0.1')))
    socket.setNoDelay(true)
    return new Line(socket, typeof target.head === 'string' ? Buffer.from(target.head) : target.head)
  }

  /** Status of the answer, 0 when the connection broke. */
  ask(): Promise<number> {
    return new Promise((resolve) => {
      this.#answered = resolve
      this.#socket.write(typeof this.#request === 'function' ? this.#request() : this.#request)
    })
  }

  close(): void {
    this.#answered = null
    this.#socket.destroy()
  }

  #take(part: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? part : Buffer.concat([this.#buffered, part])
    const at = this.#buffered.indexOf(HEAD_END)
    if (at === -1) return
    const head = this.#buffered.toString('latin1', 0, at)
    const status = Number(head.slice(9, 12))
    const length = status === 304 ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    const end = at + HEAD_END.length + length
    if (this.#buffered.length < end) return
    this.#buffered = this.#buffered.subarray(end)
    this.#answered?.(status)
  }
}

const openAll = (target: Target, connections: number) =>
  Promise.all(Array.from({ length: connections }, (_, nth) => Line.open(target, nth)))

const isFine = (status: number) => status === 200 || status === 201 || status === 304

/** Closed loop: every connection asks again as soon as it is answered; for throughput and CPU a request. */
export async function closedLoop(target: Target, connections: number, seconds: number): Promise<LoadResult> {
  const lines = await openAll(target, connections)
  const result: LoadResult = { requests: 0, strange: 0, tookS: 0, latenciesMs: [] }
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  await Promise.all(
    lines.map(async (line) => {
      while (performance.now() < endsAt) {
        const askedAt = performance.now()
        if (!isFine(await line.ask())) result.strange++
        result.latenciesMs.push(performance.now() - askedAt)
        result.requests++
      }
    }),
  )
  result.tookS = (performance.now() - startedAt) / 1000
  for (const line of lines) line.close()
  return result
}

/** Open loop: so many requests a second whatever the answers take; a late answer makes those behind it late too. */
export async function openLoop(
  target: Target,
  options: { connections: number; perSecond: number; seconds: number },
): Promise<LoadResult> {
  const free = await openAll(target, options.connections)
  const all = [...free]
  const result: LoadResult = { requests: 0, strange: 0, tookS: 0, latenciesMs: [] }
  const waiting: number[] = []
  const pending: Promise<void>[] = []
  const startedAt = performance.now()
  const total = Math.round(options.perSecond * options.seconds)

  const serve = async (line: Line, dueAt: number): Promise<void> => {
    if (!isFine(await line.ask())) result.strange++
    result.latenciesMs.push(performance.now() - dueAt)
    const next = waiting.shift()
    if (next === undefined) free.push(line)
    else await serve(line, next)
  }
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, 1 + Math.floor(((performance.now() - startedAt) / 1000) * options.perSecond))
    for (; sent < due; sent++) {
      const dueAt = startedAt + (sent / options.perSecond) * 1000
      const line = free.pop()
      if (line === undefined) waiting.push(dueAt)
      else pending.push(serve(line, dueAt))
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(pending)
  result.requests = total
  result.tookS = (performance.now() - startedAt) / 1000
  for (const line of all) line.close()
  return result
}
