import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { publish } from '../../shared/events/stream.ts'
import { permissionsOf } from '../../shared/rights/permissions.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { createClients } from './raw-clients.ts'
import { call, openStream, person, progressEvent, startEventServer, type TestStream } from './testing.ts'
import { formatEvent } from './wire.ts'

const PATH = '/api/sse/operations'
const MAX_AGE_MS = 60_000

describe('the wire format', () => {
  it('gives every line of data a line of its own', () => {
    const bytes = formatEvent({ id: '1', event: 'x', data: 'a\n\nid: 9\revent: y\r\nz' })
    expect(bytes.toString()).toBe(
      'id: 1\nevent: x\ndata: a\ndata: \ndata: id: 9\ndata: event: y\ndata: z\n\n',
    )
  })
})

describe('the life of a stream', () => {
  let deps: TestDeps

  beforeAll(async () => {
    deps = await testDeps({ SSE_HEARTBEAT_MS: 200, SSE_MAX_AGE_MS: MAX_AGE_MS })
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  afterAll(() => deps.close())

  /** Puts the clock of this process forward, as seen from now. */
  const putForward = (byMs: number) => {
    const realNow = Date.now.bind(Date)
    vi.spyOn(Date, 'now').mockImplementation(() => realNow() + byMs)
  }
  const beats = (stream: TestStream) => stream.received.filter(({ name }) => name === 'heartbeat').length
  const untilBeats = (stream: TestStream, count: number) =>
    stream.until((now) => now.ended || beats(now) >= count)

  it('beats with data and without an id, then says bye between 0.9 and 1.0 of its age', async () => {
    const server = await startEventServer(deps)
    const openingMs = Date.now()
    const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(server.port, PATH)))
    const beatAgain = async () => {
      const before = streams.map(beats)
      // one beat may be on its way already, so the second one is after now
      await Promise.all(streams.map((stream, n) => untilBeats(stream, (before[n] as number) + 2)))
      return streams.filter(({ ended }) => ended).length
    }
    expect(await beatAgain()).toBe(0)
    const spentMs = Date.now() - openingMs
    // the streams are at most `spentMs` old, and what is left of 0.9 is more than the beats take
    putForward(0.8 * MAX_AGE_MS - spentMs)
    expect(await beatAgain()).toBe(0)
    vi.restoreAllMocks()
    putForward(MAX_AGE_MS)
    await Promise.all(streams.map((stream) => stream.until(({ ended }) => ended)))
    for (const stream of streams) {
      expect(stream.received.at(-1)).toMatchObject({ name: 'bye', data: '{"reason":"age"}' })
      expect(stream.raw).not.toMatch(/id: [^\n]*\n(event: heartbeat|data)/)
    }
    await server.close()
  })

  it('does not end all streams of one age together', async () => {
    const server = await startEventServer(deps)
    const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(server.port, PATH)))
    const ended = () => streams.filter((stream) => stream.ended).length
    // a hundredth of the age further at each step; all at one step would be one chance in 10^18
    let steps = 0
    for (let share = 0.88; ended() < streams.length; share += 0.01) {
      const before = ended()
      vi.restoreAllMocks()
      putForward(share * MAX_AGE_MS)
      const beaten = streams.map(beats)
      await Promise.all(streams.map((stream, n) => untilBeats(stream, (beaten[n] as number) + 2)))
      if (ended() > before) steps++
      expect(share).toBeLessThan(1.1)
    }
    expect(steps).toBeGreaterThan(1)
    await server.close()
  })

  it('closes when the session ends or its rights change, and only then', async () => {
    const sessions = new Map(
      ['gone', 'changed', 'kept'].map((name, n) => [name, person(String(n + 1), 'doctor')]),
    )
    const server = await startEventServer(deps, { sessions })
    const [gone, changed, kept] = await Promise.all(
      ['gone', 'changed', 'kept'].map((name) => openStream(server.port, PATH, { 'x-session': name })),
    )
    sessions.delete('gone')
    sessions.set('changed', {
      ...person('2', 'doctor'),
      permissions: permissionsOf('doctor', ['operations.all']),
    })
    sessions.set('kept', person('3', 'doctor'))
    await gone?.until(({ ended }) => ended)
    await changed?.until(({ ended }) => ended)
    expect(kept?.ended).toBe(false)
    await publish(deps, progressEvent('a', 1, '3'))
    await kept?.until(({ received }) => received.some(({ name }) => name === 'operation.progress'))
    await server.close()
    await kept?.until(({ ended }) => ended)
    expect(kept?.received.at(-1)?.name).toBe('bye')
  })

  it('keeps streams open while sessions cannot be checked', async () => {
    let asked = 0
    const sessionsAlive = () => {
      asked++
      return Promise.reject(new Error('away'))
    }
    const server = await startEventServer(deps, { sessionsAlive })
    const stream = await openStream(server.port, PATH)
    await expect.poll(() => asked).toBeGreaterThan(2)
    expect(stream.ended).toBe(false)
    await server.close()
  })

  it('answers 200, a longer retry and bye over the limits', async () => {
    const server = await startEventServer(deps, { maxPerUser: 2 })
    const streams = []
    for (let n = 0; n < 4; n++) streams.push(await openStream(server.port, PATH))
    const refused = streams.slice(2)
    for (const stream of refused) {
      await stream.until(({ ended }) => ended)
      expect(stream.status).toBe(200)
      expect(stream.retryMs).toBeGreaterThanOrEqual(30_000)
      expect(stream.received.at(-1)).toMatchObject({ name: 'bye', data: '{"reason":"limit"}' })
    }
    expect(streams.slice(0, 2).map(({ ended }) => ended)).toEqual([false, false])
    streams[0]?.close()
    await expect.poll(() => server.hub.stats().connections).toBe(1)
    const again = await openStream(server.port, PATH)
    await again.until(({ lastEventId }) => lastEventId !== '')
    expect(again.ended).toBe(false)
    await server.close()
  })

  it('spreads the return of its clients when it shuts down', async () => {
    const server = await startEventServer(deps)
    const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(server.port, PATH)))
    await server.close()
    await Promise.all(streams.map((stream) => stream.until(({ ended }) => ended)))
    const retries = streams.map(({ retryMs }) => retryMs ?? 0)
    expect(new Set(retries).size).toBeGreaterThan(10)
    expect(Math.max(...retries)).toBeLessThanOrEqual(6000)
  })

  it('refuses what is not GET', async () => {
    const server = await startEventServer(deps)
    for (const method of ['HEAD', 'POST']) expect((await call(server.port, PATH, method)).status).toBe(405)
    expect(server.hub.stats().connections).toBe(0)
    await server.close()
  })

  it('cuts readers that stopped reading, keeps the others, and its memory stays flat', async () => {
    const server = await startEventServer(deps, { maxPerUser: 500 })
    const stalled = Array.from({ length: 100 }, () => {
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nX-Session: s1\r\n\r\n`)
      socket.pause()
      return socket
    })
    const good = await openStream(server.port, PATH)
    await expect.poll(() => server.hub.stats().connections).toBe(101)
    const before = process.memoryUsage().rss
    const event = progressEvent('fat', 1)
    const text = 'x'.repeat(60_000)
    const fat = { ...event, body: { ...event.body, entity: { ...event.body.entity, text } } }
    let sent = 0
    while (server.hub.stats().slowClientsDropped < 100 && sent < 300) {
      await publish(deps, fat)
      sent++
      await good.until(
        ({ received }) => received.filter(({ name }) => name === 'operation.progress').length === sent,
      )
      good.raw = ''
    }
    await expect.poll(() => server.hub.stats()).toMatchObject({ connections: 1, slowClientsDropped: 100 })
    // What is left is the window (at most 32 MB) and the good reader's copy, not 100 buffers of megabytes.
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * 1024 ** 2)
    for (const socket of stalled) socket.destroy()
    await server.close()
  })

  it('closes at its age, and the client that returns by its last id misses nothing', async () => {
    const server = await startEventServer({ ...deps, config: { ...deps.config, SSE_MAX_AGE_MS: 1000 } })
    let stream = await openStream(server.port, PATH)
    await stream.until(({ lastEventId }) => lastEventId !== '')
    const got: number[] = []
    let published = 0
    const publishing = setInterval(() => publish(deps, progressEvent('a', ++published)), 10)
    for (let times = 0; times < 4; times++) {
      await stream.until(({ ended }) => ended)
      expect(stream.received.at(-1)?.name).toBe('bye')
      const events = stream.received.filter(({ name }) => name === 'operation.progress')
      got.push(...events.map(({ data }) => JSON.parse(data).entity.version as number))
      stream = await openStream(server.port, PATH, {}, stream.lastEventId)
    }
    clearInterval(publishing)
    stream.close()
    expect(got.length).toBeGreaterThan(0)
    expect(got).toEqual(got.map((_, n) => n + 1))
    await server.close()
  })

  it('brings every event to 500 clients', async () => {
    const server = await startEventServer(deps, { maxPerUser: 500 })
    const clients = createClients(server.port, PATH)
    await clients.open(500, ['X-Session: s1'])
    for (let n = 1; n <= 10; n++) {
      const arrivals = clients.next(`"mark-${n}"`, 30_000)
      await publish(deps, progressEvent(`mark-${n}`, n))
      expect(await arrivals).toHaveLength(500)
    }
    await clients.close()
    await expect.poll(() => server.hub.stats().connections).toBe(0)
    await server.close()
  })

  it('sums its health over processes and leaves out the ones that closed', async () => {
    const servers = await Promise.all([startEventServer(deps), startEventServer(deps)])
    const [one, two] = servers
    const streams = await Promise.all(
      servers.map(({ port }) => openStream(port, '/api/sse/events?topics=queue,operations')),
    )
    const health = async () => JSON.parse((await call(one?.port ?? 0, '/api/sse/health')).body)
    await expect.poll(health).toMatchObject({
      status: 'healthy',
      connections: 2,
      maxConnections: 20_000,
      byTopic: { queue: 2, operations: 2 },
      slowClientsDropped: 0,
    })
    await expect.poll(async () => (await health()).oldestSeconds).toBeGreaterThan(0)
    await two?.close()
    await expect.poll(health).toMatchObject({ connections: 1, maxConnections: 10_000 })
    for (const stream of streams) stream.close()
    await one?.close()
  })
})
