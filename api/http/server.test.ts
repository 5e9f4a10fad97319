import { createConnection, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpServer, listen, stopServer } from './server.ts'

const ANSWER_MS = 300
let stop: (() => Promise<void>) | undefined
afterEach(() => stop?.())

const LARGE_ANSWER_BYTES = 20 * 1024 * 1024

async function start(idleMs?: number) {
  const server = createHttpServer((req, res) => {
    if (req.url === '/large') {
      res.end(Buffer.alloc(LARGE_ANSWER_BYTES))
      return
    }
    if (req.url === '/stream') {
      res.write('open')
      return
    }
    setTimeout(() => res.end('done'), ANSWER_MS)
  }, idleMs)
  const port = await listen(server, 0, '127.0.0.1')
  stop = () => stopServer(server, 0)
  return { server, port, url: `http://127.0.0.1:${port}` }
}

/** Writes pieces with pauses and answers what came back until the other side closed. */
async function talk(port: number, pieces: string[], pauseMs = 0): Promise<string> {
  const socket: Socket = createConnection(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk
  })
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const piece of pieces) {
    socket.write(piece)
    await sleep(pauseMs)
  }
  await Promise.race([closed, sleep(2000)])
  socket.destroy()
  return heard
}

describe('the server', () => {
  it('finishes running requests, closes idle connections and takes no new ones', async () => {
    const { server, url, port } = await start()
    const idle = createConnection(port, '127.0.0.1')
    const idleClosed = new Promise((resolve) => idle.once('close', () => resolve(true)))
    const running = Promise.all(Array.from({ length: 20 }, () => fetch(url).then((answer) => answer.text())))
    await sleep(ANSWER_MS / 3)
    const stopped = stopServer(server)
    await sleep(20)
    await expect(fetch(url)).rejects.toThrow()
    expect(new Set(await running)).toEqual(new Set(['done']))
    await stopped
    expect(await idleClosed).toBe(true)
  })

  it('cuts what does not end', async () => {
    const { server, url } = await start()
    const stream = await fetch(`${url}/stream`)
    const startedAt = performance.now()
    await stopServer(server, 200)
    expect(performance.now() - startedAt).toBeLessThan(1500)
    await expect(stream.text()).rejects.toThrow()
  })

  it('refuses nonsense and huge headers with the usual headers', async () => {
    const { port } = await start()
    const nonsense = await talk(port, ['NONSENSE\r\n\r\n'])
    expect(nonsense).toMatch(/^HTTP\/1\.1 400 /)
    expect(nonsense).toContain('X-Content-Type-Options: nosniff')
    const huge = await talk(port, [`GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(20_000)}\r\n\r\n`])
    expect(huge).toMatch(/^HTTP\/1\.1 431 /)
    const fine = await talk(
      port,
      [`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ${'a'.repeat(8000)}\r\n\r\n`],
      ANSWER_MS,
    )
    expect(fine).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('cuts an answer that nobody reads, and lets one be read slowly', async () => {
    const idleMs = 400
    const { port, server } = await start(idleMs)
    const ask = () => {
      const socket = createConnection(port, '127.0.0.1', () =>
        socket.write('GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      )
      socket.on('error', () => undefined)
      return socket.pause()
    }
    ask()
    const slow = ask()
    let read = 0
    slow.on('data', (part) => {
      read += part.length
      slow.pause()
      setTimeout(() => slow.resume(), 1)
    })
    slow.resume()
    const ended = new Promise((resolve) => slow.once('close', resolve))
    await sleep(4 * idleMs)
    await ended
    expect(read).toBeGreaterThan(LARGE_ANSWER_BYTES)
    expect(await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0)
  })

  it('serves others while many send their headers one byte at a time', async () => {
    const { url, port } = await start()
    const slow = Array.from({ length: 200 }, () => {
      const socket = createConnection(port, '127.0.0.1', () => socket.write('GET / HT'))
      socket.on('error', () => undefined)
      return socket
    })
    await sleep(100)
    const startedAt = performance.now()
    expect((await fetch(url)).status).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(ANSWER_MS + 500)
    for (const socket of slow) socket.destroy()
  })
})
