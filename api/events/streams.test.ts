import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publish } from '../../shared/events/stream.ts'
import { permissionsOf } from '../../shared/rights/permissions.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { createClients } from './raw-clients.ts'
import { call, openStream, person, progressEvent, startEventServer } from './testing.ts'
import { formatEvent } from './wire.ts'

const PATH = '/api/sse/operations'

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
    deps = await testDeps({ SSE_HEARTBEAT_MS: 200, SSE_MAX_AGE_MS: 3000 })
  })
  afterAll(() => deps.close())

  it('beats with data and without an id, then says bye between 0.9 and 1.0 of its age', async () => {
    const server = await startEventServer(deps)
    const startedAtMs = Date.now()
    const streams = await Promise.all(Array.from({ length: 15 }, () => openStream(server.port, PATH)))
    const lastedMs: number[] = []
    await Promise.all(
      streams.map(async (stream) => {
        await stream.until(({ ended }) => ended)
        lastedMs.push(Date.now() - startedAtMs)
      }),
    )
    for (const stream of streams) {
      const names = stream.received.map(({ name }) => name)
      expect(names.filter((name) => name === 'heartbeat').length).toBeGreaterThan(5)
      expect(names.at(-1)).toBe('bye')
      expect(stream.raw).not.toMatch(/id: [^\n]*\n(event: heartbeat|data)/)
    }
    expect(Math.min(...lastedMs)).toBeGreaterThanOrEqual(2700)
    expect(Math.max(...lastedMs)).toBeLessThan(3500)
    expect(Math.max(...lastedMs) - Math.min(...lastedMs)).toBeGreaterThan(30)
    await server.close()
  })

  it('closes within 5 s when the session ends or its rights change, and only then', async () => {
    const sessions = new Map(
      ['gone', 'changed', 'kept'].map((name, n) => [name, person(String(n + 1), 'doctor')]),
    )
    const longLived = { ...deps, config: { ...deps.config, SSE_MAX_AGE_MS: 60_000 } }
    const server = await startEventServer(longLived, { sessions })
    const [gone, changed, kept] = await Promise.all(
      ['gone', 'changed', 'kept'].map((name) => openStream(server.port, PATH, { 'x-session': name })),
    )
    sessions.delete('gone')
    sessions.set('changed', {
      ...person('2', 'doctor'),
      permissions: permissionsOf('doctor', ['operations.all']),
    })
    sessions.set('kept', person('3', 'doctor'))
    await gone?.until(({ ended }) => ended, 5000)
    await changed?.until(({ ended }) => ended, 5000)
    expect(kept?.ended).toBe(false)
    await publish(deps, progressEvent('a', 1, '3'))
    await kept?.until(({ received }) => received.some(({ name }) => name === 'operation.progress'))
    await server.close()
    await kept?.until(({ ended }) => ended)
    expect(kept?.received.at(-1)?.name).toBe('bye')
  })

  it('keeps streams open while sessions cannot be checked', async () => {
    const sessionsAlive = () => Promise.reject(new Error('away'))
    const longLived = { ...deps, config: { ...deps.config, SSE_MAX_AGE_MS: 60_000 } }
    const server = await startEventServer(longLived, { sessionsAlive })
    const stream = await openStream(server.port, PATH)
    await new Promise((resolve) => setTimeout(resolve, 3000))
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
    const until = Date.now() + 2000
    while (server.hub.stats().connections > 1 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
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
    const server = await startEventServer(
      { ...deps, config: { ...deps.config, SSE_MAX_AGE_MS: 60_000 } },
      { maxPerUser: 500 },
    )
    const stalled = Array.from({ length: 100 }, () => {
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nX-Session: s1\r\n\r\n`)
      socket.pause()
      return socket
    })
    const good = await openStream(server.port, PATH)
    while (server.hub.stats().connections < 101) await new Promise((resolve) => setTimeout(resolve, 5))
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
    expect(server.hub.stats()).toMatchObject({ connections: 1, slowClientsDropped: 100 })
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
    expect(got.length).toBeGreaterThan(100)
    expect(got).toEqual(got.map((_, n) => n + 1))
    await server.close()
  })

  it('brings every event to 500 clients', async () => {
    const server = await startEventServer(
      { ...deps, config: { ...deps.config, SSE_MAX_AGE_MS: 60_000 } },
      { maxPerUser: 500 },
    )
    const clients = createClients(server.port, PATH)
    await clients.open(500, ['X-Session: s1'])
    for (let n = 1; n <= 10; n++) {
      const arrivals = clients.next(`"mark-${n}"`)
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
    await new Promise((resolve) => setTimeout(resolve, 1300))
    const health = async () => JSON.parse((await call(one?.port ?? 0, '/api/sse/health')).body)
    expect(await health()).toMatchObject({
      status: 'healthy',
      connections: 2,
      maxConnections: 20_000,
      byTopic: { queue: 2, operations: 2 },
      oldestSeconds: 1,
      slowClientsDropped: 0,
    })
    await two?.close()
    expect(await health()).toMatchObject({ connections: 1, maxConnections: 10_000 })
    for (const stream of streams) stream.close()
    await one?.close()
  })
})
