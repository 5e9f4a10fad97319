import { createConnection, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpServer, listen, stopServer } from './server.ts'

const ANSWER_MS = 300
/** So long a test waits for what a broken server would never do. */
const AT_MOST_MS = 20_000
let stop: (() => Promise<void>) | undefined
afterEach(() => stop?.())

const LARGE_ANSWER_BYTES = 20 * 1024 * 1024
const SLOWLY_MS = 8

async function start(idleMs?: number) {
  let asked = 0
  const server = createHttpServer((req, res) => {
    asked++
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
  const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))
  return { server, port, url: `http://127.0.0.1:${port}`, open, asked: () => asked }
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
  await Promise.race([closed, sleep(AT_MOST_MS, undefined, { ref: false })])
  socket.destroy()
  return heard
}

describe('the server', () => {
  it('finishes running requests, closes idle connections and takes no new ones', async () => {
    const { server, url, asked } = await start()
    const running = Promise.all(Array.from({ length: 20 }, () => fetch(url).then((answer) => answer.text())))
    await expect.poll(asked).toBe(20)
    const stopped = stopServer(server)
    await expect(fetch(url)).rejects.toThrow()
    expect(new Set(await running)).toEqual(new Set(['done']))
    await stopped
  })

  it('does not wait for connections that never sent a request', async () => {
    const { server, port, open } = await start()
    const idle = Array.from({ length: 3 }, () => createConnection(port, '127.0.0.1'))
    const closed = Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    await expect.poll(open).toBe(3)
    // nothing is cut within the time a test has, so what closes was seen to be idle
    await stopServer(server, 10 * AT_MOST_MS)
    await closed
  })

  it('answers, behind a proxy, what still comes over an open connection, and says that it ends with that', async () => {
    const { server, port, url } = await start()
    const socket: Socket = createConnection(port, '127.0.0.1')
    let heard = ''
    let closed = false
    socket.on('data', (chunk) => {
      heard += chunk
    })
    socket.once('close', () => {
      closed = true
    })
    const ask = () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    ask()
    await expect.poll(() => heard).toMatch(/keep-alive[\s\S]*done/)
    const stopped = stopServer(server, 20 * AT_MOST_MS, 10 * AT_MOST_MS)
    await expect(fetch(url)).rejects.toThrow()
    // the connection stands idle and the door is shut: a request that is on its way now must not be lost
    expect(closed).toBe(false)
    heard = ''
    ask()
    await expect.poll(() => closed).toBe(true)
    expect(heard).toMatch(/Connection: close[\s\S]*done/)
    await stopped
  })

  it('cuts what does not end', async () => {
    const { server, url } = await start()
    const stream = await fetch(`${url}/stream`)
    await stopServer(server, 200)
    await expect(stream.text()).rejects.toThrow()
  })

  it('refuses nonsense and huge headers with the usual headers', async () => {
    const { port } = await start()
    const nonsense = await talk(port, ['NONSENSE\r\n\r\n'])
    expect(nonsense).toMatch(/^HTTP\/1\.1 400 /)
    expect(nonsense).toContain('X-Content-Type-Options: nosniff')
    const problem = JSON.parse(nonsense.split('\r\n\r\n')[1] ?? '')
    expect(problem).toMatchObject({ status: 400, code: 'request/malformed', type: expect.any(String) })
    expect(problem.instance).toBe(`urn:clinic:request:${problem.requestId}`)
    expect(nonsense).toContain(`X-Request-Id: ${problem.requestId}\r\n`)
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
    const idleMs = 1500
    const { port, open } = await start(idleMs)
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
      setTimeout(() => slow.resume(), SLOWLY_MS)
    })
    slow.resume()
    const begun = performance.now()
    await new Promise((resolve) => slow.once('close', resolve))
    expect(read).toBeGreaterThan(LARGE_ANSWER_BYTES)
    // it was read for longer than nobody may stand still
    expect(performance.now() - begun).toBeGreaterThan(idleMs)
    await expect.poll(open).toBe(0)
  })

  it('serves others while many send their headers one byte at a time', async () => {
    const { url, port, open } = await start()
    const slow = Array.from({ length: 200 }, () => {
      const socket = createConnection(port, '127.0.0.1', () => socket.write('GET / HT'))
      socket.on('error', () => undefined)
      return socket
    })
    await expect.poll(open).toBe(200)
    expect((await fetch(url)).status).toBe(200)
    expect(await open()).toBeGreaterThanOrEqual(200)
    for (const socket of slow) socket.destroy()
  })
})
