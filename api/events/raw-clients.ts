import { connect, type Socket } from 'node:net'

/** Sockets that hold event streams open and note when a marked event reached each of them. */
export interface Clients {
  /** Opens `count` streams, each with the next header line of the list. Resolves when all have been answered. */
  open(count: number, headers: readonly string[]): Promise<void>
  /** Resolves with each client's arrival time (`performance.now()`) of the next bytes that hold `mark`. */
  next(mark: string, withinMs?: number): Promise<number[]>
  count(): number
  /** Closes all. */
  close(): Promise<void>
}

const AT_ONCE = 100

interface Wait {
  mark: string
  times: number[]
  done: () => void
}

/** As cheap as can be: no HTTP client, no parsing beyond a search for the mark, so that the server is what is measured. */
export function createClients(port: number, path: string): Clients {
  const sockets = new Set<Socket>()
  let wait: Wait | undefined

  const openOne = (header: string) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' })
      let answered = false
      socket.on('data', (bytes) => {
        if (!answered) {
          // The place in the stream comes with the first blocks: from then on nothing can be missed.
          if (!bytes.includes('id: ')) return
          answered = true
          resolve()
        }
        if (wait === undefined || !bytes.includes(wait.mark)) return
        wait.times.push(performance.now())
        if (wait.times.length >= sockets.size) wait.done()
      })
      socket.on('error', reject)
      socket.on('close', () => {
        sockets.delete(socket)
        if (!answered) reject(new Error('A stream was closed before it began'))
      })
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${header}\r\n\r\n`)
      sockets.add(socket)
    })

  return {
    count: () => sockets.size,
    async open(count, headers) {
      for (let from = 0; from < count; from += AT_ONCE) {
        const length = Math.min(AT_ONCE, count - from)
        await Promise.all(
          Array.from({ length }, (_, n) => openOne(headers[(from + n) % headers.length] as string)),
        )
      }
    },
    next(mark, withinMs = 10_000) {
      return new Promise((resolve, reject) => {
        const times: number[] = []
        const timer = setTimeout(
          () => reject(new Error(`${times.length} of ${sockets.size} clients have ${mark}`)),
          withinMs,
        )
        const done = () => {
          clearTimeout(timer)
          wait = undefined
          resolve(times)
        }
        wait = { mark, times, done }
      })
    },
    async close() {
      const all = [...sockets]
      await Promise.all(
        all.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()).destroy())),
      )
    },
  }
}
