import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Deps } from '../../shared/deps.ts'
import { publish } from '../../shared/events/stream.ts'
import { getRequest } from '../lib/fixture.ts'

const STREAMS = 20
const EVENTS = 100
const PAUSE_MS = 40
const OPEN_WITHIN_MS = 20_000
const ARRIVED_WITHIN_MS = 5000

interface Stream {
  socket: Socket
  text: string
}

let made = 0

/** Milliseconds from the publication of an event to its arrival at each of 20 streams, over 100 events. */
export async function eventLatencies(
  deps: Deps,
  connect: (nth: number) => Promise<Socket>,
  cookie: string,
): Promise<number[]> {
  const streams: Stream[] = []
  for (let n = 0; n < STREAMS; n++) {
    const stream: Stream = { socket: await connect(n), text: '' }
    stream.socket.on('data', (part: Buffer) => (stream.text = `${stream.text}${part}`.slice(-4096)))
    stream.socket.on('error', () => undefined)
    stream.socket.write(getRequest('/api/sse/operations', { Cookie: cookie, Accept: 'text/event-stream' }))
    streams.push(stream)
  }
  const until = async (what: string, isTrue: () => boolean, withinMs: number) => {
    for (const startMs = Date.now(); !isTrue(); await sleep(5))
      if (Date.now() - startMs > withinMs) throw new Error(`${what}: not reached`)
  }
  await until('streams', () => streams.every(({ text }) => text.includes('retry:')), OPEN_WITHIN_MS)
  const tookMs: number[] = []
  for (let n = 0; n < EVENTS; n++) {
    const mark = `mark-${made++}-`
    let left = streams.length
    const publishedAt = performance.now()
    const arrived = new Promise<void>((resolve) => {
      for (const stream of streams) {
        const look = () => {
          if (!stream.text.includes(mark)) return
          stream.socket.off('data', look)
          tookMs.push(performance.now() - publishedAt)
          if (--left === 0) resolve()
        }
        stream.socket.on('data', look)
      }
    })
    await publish(deps, {
      topic: 'operations',
      ownerId: null,
      body: {
        type: 'operation.progress',
        at: new Date().toISOString(),
        entity: { id: mark, version: n, status: 'active', processed: n, total: EVENTS },
      },
    })
    await Promise.race([
      arrived,
      sleep(ARRIVED_WITHIN_MS).then(() => {
        if (left > 0) throw new Error(`${left} streams did not get an event`)
      }),
    ])
    await sleep(PAUSE_MS)
  }
  for (const { socket } of streams) socket.destroy()
  return tookMs
}
