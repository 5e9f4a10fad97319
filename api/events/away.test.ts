import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { inTransaction } from '../../shared/db/transaction.ts'
import { addEvent, relayOutbox } from '../../shared/events/outbox.ts'
import { publish } from '../../shared/events/stream.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type FaultProxy, startProxy } from '../../shared/testing/proxy.ts'
import { type EventServer, openStream, progressEvent, startEventServer } from './testing.ts'

const PATH = '/api/sse/operations'
const AWAY_MS = 3000

describe('Redis away and back', () => {
  let link: FaultProxy
  let deps: TestDeps
  let server: EventServer
  const stop = new AbortController()
  let relaying: Promise<void>

  beforeAll(async () => {
    link = await startProxy(inject('services').redisUrl)
    deps = await testDeps({ REDIS_URL: link.url })
    server = await startEventServer(deps)
    relaying = relayOutbox(deps, stop.signal)
  })
  afterAll(async () => {
    stop.abort()
    await Promise.all([relaying, server.close()])
    await deps.close()
    await link.close()
  })

  it('keeps streams open, loses no committed event and resets nobody', async () => {
    const stream = await openStream(server.port, PATH)
    const write = (version: number) =>
      inTransaction(deps.db, (trx) => addEvent(trx, progressEvent('a', version)))
    await stream.until(({ lastEventId }) => lastEventId !== '')
    await write(1)
    await stream.until(({ received }) => received.length === 1)
    link.setMode('refuse')
    await write(2)
    await publish(deps, progressEvent('dropped', 99))
    const during = await openStream(server.port, PATH, {}, stream.lastEventId)
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS))
    await write(3)
    expect(stream.ended).toBe(false)
    const health = JSON.parse(await (await fetch(`http://127.0.0.1:${server.port}/api/sse/health`)).text())
    expect(health).toMatchObject({ status: 'degraded', connections: 2 })
    link.setMode('pass')
    await write(4)
    for (const each of [stream, during]) {
      const from = each === stream ? 1 : 2
      await each.until(({ received }) => received.length === 5 - from)
      expect(each.received.map(({ data }) => JSON.parse(data).entity.version)).toEqual(
        [1, 2, 3, 4].slice(from - 1),
      )
      each.close()
    }
  })

  it('serves streams that were opened before Redis could be reached at all', async () => {
    link.setMode('refuse')
    const late = await startEventServer(deps, { early: true })
    const stream = await openStream(late.port, PATH)
    const other = await openStream(late.port, PATH, {}, 'abc')
    await stream.until(({ raw }) => raw !== '')
    expect(stream.raw).toBe('retry: 5000\n\n')
    link.setMode('pass')
    // What happened before the stream could be read is not known, so both read again.
    for (const each of [stream, other]) {
      await each.until(({ received }) => received.length === 1)
      expect(each.received[0]).toMatchObject({ name: 'reset' })
      expect(each.lastEventId).not.toBe('')
    }
    await late.close()
  })
})
