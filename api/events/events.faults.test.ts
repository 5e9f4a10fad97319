import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '../../shared/db/transaction.ts'
import { closeDeps, type Deps, openDeps } from '../../shared/deps.ts'
import { addEvent, ring } from '../../shared/events/outbox.ts'
import { publish } from '../../shared/events/stream.ts'
import { createLog } from '../../shared/log/log.ts'
import { testConfig, testEnv } from '../../shared/testing/harness.ts'
import { type OwnServers, ownServers } from '../../shared/testing/own-servers.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { createSession } from '../../shared/users/sessions.ts'
import { createClients } from './raw-clients.ts'
import { openStream, progressEvent, type TestStream } from './testing.ts'

const PATH = '/api/sse/operations'
const STREAMS_PER_USER = 20
const MINUTE_MS = 60_000

const rssOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

const versionsOf = ({ received }: TestStream): number[] =>
  received
    .filter(({ name }) => name === 'operation.progress')
    .map(({ data }) => JSON.parse(data).entity.version as number)

/** A client that behaves as a browser does: comes back after `retry` with its last id, until told to stop. */
function startBrowser(port: () => number, cookie: string) {
  const got: number[] = []
  let resets = 0
  let backAtMs = 0
  let stopped = false
  let lastEventId = ''
  const run = async () => {
    let retryMs = 5000
    while (!stopped) {
      const stream = await openStream(port(), PATH, { cookie }, lastEventId).catch(() => undefined)
      if (stream !== undefined) {
        backAtMs = Date.now()
        while (!stream.ended && !stopped) await pause(100)
        stream.close()
        got.push(...versionsOf(stream))
        resets += stream.received.filter(({ name }) => name === 'reset').length
        if (stream.lastEventId !== '') lastEventId = stream.lastEventId
        retryMs = stream.retryMs ?? retryMs
      }
      if (!stopped) await pause(retryMs)
    }
  }
  const ended = run()
  return {
    got,
    resets: () => resets,
    backAtMs: () => backAtMs,
    stop: async () => {
      stopped = true
      await ended
    },
  }
}

describe('streams of a real API process through faults', () => {
  let servers: OwnServers
  let deps: Deps
  let api: TestProcess
  let env: Record<string, string>
  let cookies: string[]
  let version = 0

  const signIn = async (users: number) => {
    const made: string[] = []
    for (let n = 1; n <= users; n++) {
      const who = { userId: String(n), username: `u${n}`, name: `U ${n}`, role: 'admin' as const }
      const data = { ...who, grants: [], mustChangePassword: false }
      const { secret } = await createSession(deps, data, { address: '127.0.0.1', userAgent: '' })
      made.push(`clinic=${secret}`)
    }
    return made
  }
  const port = () => Number(new URL(api.url).port)
  const commit = async () => {
    const event = progressEvent('a', ++version)
    await inTransaction(deps.db, (trx) => addEvent(trx, event))
    await ring(deps)
    return version
  }
  const startApi = async (on?: number) => {
    const started = await startProcess('api', on === undefined ? env : { ...env, PORT: String(on) })
    await started.ready()
    return started
  }

  beforeAll(async () => {
    servers = await ownServers()
    const { databaseUrl, migrateDatabaseUrl, redisUrl, cacheRedisUrl } = servers.services
    env = testEnv({
      DATABASE_URL: databaseUrl,
      MIGRATE_DATABASE_URL: migrateDatabaseUrl,
      REDIS_URL: redisUrl,
      CACHE_REDIS_URL: cacheRedisUrl,
    })
    const config = testConfig({
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      CACHE_REDIS_URL: cacheRedisUrl,
    })
    deps = await openDeps({ config, log: createLog(config, 'test'), poolMax: 5, statementTimeoutMs: 10_000 })
    api = await startApi()
    cookies = await signIn(10_000 / STREAMS_PER_USER)
  })
  afterAll(async () => {
    await api?.stop()
    if (deps) await closeDeps(deps)
    await servers?.close()
  })

  it('F35: Redis killed for 5 s and back: no reset, no gap, ≤ 5 s', async () => {
    const stream = await openStream(port(), PATH, { cookie: cookies[0] as string })
    await stream.until(({ lastEventId }) => lastEventId !== '')
    const first = await commit()
    await stream.until((now) => versionsOf(now).includes(first))
    servers.signal('jobs', 'SIGKILL')
    await commit()
    await pause(5000)
    await servers.revive()
    const last = await commit()
    await stream.until((now) => versionsOf(now).includes(last), 5000)
    expect(versionsOf(stream)).toEqual([first, first + 1, first + 2])
    expect(stream.received.map(({ name }) => name)).not.toContain('reset')
    stream.close()
  })

  it('recovers by itself from a Redis frozen for 12 s', async () => {
    const stream = await openStream(port(), PATH, { cookie: cookies[0] as string })
    await stream.until(({ lastEventId }) => lastEventId !== '')
    servers.signal('jobs', 'SIGSTOP')
    await pause(12_000)
    servers.signal('jobs', 'SIGCONT')
    const last = await commit()
    await stream.until((now) => versionsOf(now).includes(last), 10_000)
    stream.close()
  })

  it('F79: 1,000 readers that stopped reading are cut, memory flat', async () => {
    const warm = createClients(port(), PATH)
    await warm.open(
      500,
      cookies.map((cookie) => `Cookie: ${cookie}`),
    )
    await warm.close()
    const before = rssOf(api.pid)
    const sockets = Array.from({ length: 1000 }, (_, n) => {
      const socket = connect(port(), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nCookie: ${cookies[n % cookies.length]}\r\n\r\n`)
      return socket.pause()
    })
    const health = async () =>
      (await (await fetch(`${api.url}/api/sse/health`)).json()) as Record<string, number>
    await expect.poll(async () => (await health()).connections, { timeout: 20_000 }).toBe(1000)
    const cutBefore = (await health()).slowClientsDropped ?? 0
    const text = 'x'.repeat(30_000)
    let peak = before
    for (let n = 0; n < 400 && (await health()).slowClientsDropped !== cutBefore + 1000; n++) {
      const event = progressEvent('fat', 0)
      await publish(deps, { ...event, body: { ...event.body, entity: { id: 'fat', text } } })
      await pause(20)
      peak = Math.max(peak, rssOf(api.pid))
    }
    expect((await health()).slowClientsDropped).toBe(cutBefore + 1000)
    // The window's 32 MB and the streams themselves; 1,000 buffers of 256 KB would be 250 MB.
    expect(peak - before).toBeLessThan(120 * 1024 ** 2)
    for (const socket of sockets) socket.destroy()
  })

  it('F80: resumes within the window, and gets one reset beyond it', async () => {
    const stream = await openStream(port(), PATH, { cookie: cookies[0] as string })
    await stream.until(({ lastEventId }) => lastEventId !== '')
    stream.close()
    const within = 9000
    const from = version + 1
    for (let n = 0; n < within; n++) await publish(deps, progressEvent('a', ++version))
    const back = await openStream(port(), PATH, { cookie: cookies[0] as string }, stream.lastEventId)
    await back.until((now) => now.received.length >= within, 20_000)
    expect(versionsOf(back)).toEqual(Array.from({ length: within }, (_, n) => from + n))
    back.close()
    for (let n = 0; n < 3000; n++) await publish(deps, progressEvent('a', ++version))
    const late = await openStream(port(), PATH, { cookie: cookies[0] as string }, stream.lastEventId)
    await late.until((now) => now.received.length > 0)
    expect(late.received.map(({ name }) => name)).toEqual(['reset'])
    late.close()
  })

  it('F81: 2,000 clients return after a restart, spread, 95 % within 15 s, none with a gap', async () => {
    const browsers = Array.from({ length: 2000 }, (_, n) =>
      startBrowser(port, cookies[n % cookies.length] as string),
    )
    await expect.poll(() => browsers.every(({ backAtMs }) => backAtMs() > 0), { timeout: 60_000 }).toBe(true)
    const first = version + 1
    const committing = new AbortController()
    const writing = (async () => {
      while (!committing.signal.aborted) {
        await commit()
        await pause(500)
      }
    })()
    await pause(3000)
    const at = port()
    const stoppedAtMs = Date.now()
    await api.stop()
    api = await startApi(at)
    const upAtMs = Date.now()
    await pause(20_000)
    committing.abort()
    await writing
    await pause(2000)
    await Promise.all(browsers.map(({ stop }) => stop()))
    const backMs = browsers.map(({ backAtMs }) => backAtMs() - upAtMs).sort((a, b) => a - b)
    expect(browsers.filter(({ backAtMs }) => backAtMs() > stoppedAtMs)).toHaveLength(2000)
    expect(backMs[1900]).toBeLessThan(15_000)
    const all = Array.from({ length: version - first + 1 }, (_, n) => first + n)
    for (const { got, resets } of browsers) {
      expect(resets()).toBe(0)
      expect(got).toEqual(all)
    }
  })

  it('F78: 10,000 clients, one event a second: all get all, p99 ≤ 1 s, RSS ≤ 400 MB', async () => {
    const clients = createClients(port(), PATH)
    await clients.open(
      10_000,
      cookies.map((cookie) => `Cookie: ${cookie}`),
    )
    const tookMs: number[] = []
    let peak = 0
    try {
      for (const endsAtMs = Date.now() + 2 * MINUTE_MS; Date.now() < endsAtMs; ) {
        const name = `mark-${++version}`
        const arrivals = clients.next(`"${name}"`)
        const publishedAt = performance.now()
        await publish(deps, progressEvent(name, version))
        tookMs.push(...(await arrivals).map((time) => time - publishedAt))
        peak = Math.max(peak, rssOf(api.pid))
        await pause(Math.max(0, 1000 - (performance.now() - publishedAt)))
      }
      expect(clients.count()).toBe(10_000)
    } finally {
      await clients.close()
    }
    tookMs.sort((a, b) => a - b)
    expect(tookMs[Math.floor(tookMs.length * 0.99)]).toBeLessThan(1000)
    expect(peak).toBeLessThan(400 * 1024 ** 2)
    await pause(2000)
  })

  it('F40: FLUSHALL resets and then closes every stream, because the sessions are gone', async () => {
    const [cookie] = await signIn(1)
    const stream = await openStream(port(), PATH, { cookie: cookie as string })
    await stream.until(({ lastEventId }) => lastEventId !== '')
    await deps.redis.flushall()
    await stream.until(({ ended }) => ended, 6000)
    expect(stream.received.map(({ name }) => name)).toEqual(['reset', 'bye'])
  })
})
