import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../db/transaction.ts'
import { connectForBlocking } from '../redis/connect.ts'
import { flushRedis, type TestDeps, testDeps } from '../testing/harness.ts'
import { addEvent, afterCommit, relayOutbox, ring } from './outbox.ts'
import { readSince } from './read.ts'
import type { EventEnvelope } from './registry.ts'
import { createRelay } from './relay.ts'
import { eventKeys, publish } from './stream.ts'

const event = (version: number, text = ''): EventEnvelope => ({
  topic: 'operations',
  ownerId: '7',
  body: { type: 'operation.queued', at: '2026-01-01T00:00:00.000Z', entity: { id: 'o1', version, text } },
})

describe('the outbox', () => {
  let deps: TestDeps
  const signal = new AbortController().signal

  beforeAll(async () => {
    deps = await testDeps()
  })
  afterAll(() => deps.close())
  beforeEach(async () => {
    await deps.emptyTables()
    await flushRedis(deps.prefix)
  })

  const write = (...versions: number[]) =>
    inTransaction(deps.db, async (trx) => {
      for (const version of versions) await addEvent(trx, event(version))
    })
  const onStream = async () =>
    (await readSince(deps.redis, deps.prefix, '-', 1000)).map(
      ({ data }) => JSON.parse(data).entity.version as number,
    )
  const rowsLeft = async () => Number((await deps.db('outbox_events').count({ n: '*' }))[0]?.n)
  const untilOnStream = async (count: number, withinMs = 30_000) => {
    const endsAtMs = Date.now() + withinMs
    while ((await onStream()).length < count) {
      if (Date.now() > endsAtMs) throw new Error(`Only ${await onStream()} on the stream`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  const startRelay = (
    own: TestDeps | Pick<TestDeps, 'config' | 'db' | 'redis' | 'prefix' | 'log'> = deps,
  ) => {
    const stop = new AbortController()
    const ended = relayOutbox(own, stop.signal)
    return async () => {
      stop.abort()
      await ended
    }
  }

  it('holds nothing of a transaction that was rolled back, and runs no work after it', async () => {
    let ran = 0
    await deps.db
      .transaction(async (trx) => {
        afterCommit(trx, () => ran++)
        await addEvent(trx, event(1))
        throw new Error('no')
      })
      .catch(() => undefined)
    expect(await rowsLeft()).toBe(0)
    await deps.db.transaction(async (trx) => afterCommit(trx, () => ran++))
    expect(ran).toBe(1)
  })

  it('carries owner, entity and body to the stream unchanged and deletes the row', async () => {
    const text = 'Zoë\n\r\u2028 "quoted" 李'
    await inTransaction(deps.db, (trx) => addEvent(trx, event(1, text)))
    await createRelay(deps).drain(signal)
    const [entry] = await readSince(deps.redis, deps.prefix, '-', 10)
    expect(entry).toMatchObject({
      seq: 1,
      topic: 'operations',
      type: 'operation.queued',
      ownerId: '7',
      entityId: 'o1',
    })
    expect(JSON.parse(entry?.data ?? '')).toEqual(event(1, text).body)
    expect(await rowsLeft()).toBe(0)
  })

  it('publishes once what a crash left between stream and table', async () => {
    await write(1, 2, 3)
    const crashed = createRelay(deps)
    await crashed.hold()
    await crashed.toStream(await crashed.read())
    await crashed.release()
    await write(4)
    const next = createRelay(deps)
    await next.drain(signal)
    expect(await onStream()).toEqual([1, 2, 3, 4])
    expect(await rowsLeft()).toBe(0)
    expect(await deps.redis.exists(eventKeys(deps.prefix).published)).toBe(0)
  })

  it('publishes a row that was given its id before others but committed after them', async () => {
    const relay = createRelay(deps)
    await inTransaction(deps.db, async (slow) => {
      await addEvent(slow, event(1))
      await write(2)
      await relay.drain(signal)
    })
    await relay.drain(signal)
    expect(await onStream()).toEqual([2, 1])
  })

  it('refuses a relay that was frozen while another took over', async () => {
    await write(1)
    const frozen = createRelay(deps)
    await frozen.hold()
    const rows = await frozen.read()
    await deps.redis.del(eventKeys(deps.prefix).lease)
    await createRelay(deps).drain(signal)
    expect(await frozen.toStream(rows)).toBe(false)
    expect(await onStream()).toEqual([1])
  })

  it('publishes each event once with several relays at work, in the order of a writer', async () => {
    const stops = [startRelay(), startRelay(), startRelay()]
    for (let version = 1; version <= 100; version++) {
      await write(version)
      await ring(deps)
    }
    await untilOnStream(100)
    expect(await onStream()).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
    await Promise.all(stops.map((stop) => stop()))
    expect(await rowsLeft()).toBe(0)
  })

  it('is woken by the bell and does not wait for its own look, every half second', async () => {
    const stop = startRelay()
    const reader = connectForBlocking(deps.config.REDIS_URL, 'test')
    await write(0)
    await untilOnStream(1)
    let looks = 0
    const count = ({ sql }: { sql: string }) => {
      if (/^select .*outbox_events/.test(sql)) looks++
    }
    deps.db.on('query', count)
    const begun = performance.now()
    for (let version = 1; version <= 40; version++) {
      const last = (await readSince(deps.redis, deps.prefix, '-', 1000)).at(-1)?.redisId ?? '0'
      const seen = reader.xread('BLOCK', 5000, 'STREAMS', eventKeys(deps.prefix).stream, last)
      await write(version)
      await ring(deps)
      await seen
    }
    const tookMs = performance.now() - begun
    deps.db.off('query', count)
    reader.disconnect()
    await stop()
    // without the bell there would be half a second before each look; how quick it is, the bench says
    expect(looks).toBeGreaterThan(tookMs / 500 + 2)
  })

  it('works without the bell, and after the lease of a killed relay has run out', async () => {
    await createRelay(deps).hold()
    const stop = startRelay()
    await write(1)
    await untilOnStream(1)
    await write(2)
    await untilOnStream(2)
    await stop()
  })

  it('keeps events while Redis is away and publishes them when it is back', async () => {
    const away = {
      ...deps,
      redis: deps.redis.duplicate({ port: 1, lazyConnect: true, maxRetriesPerRequest: 0 }),
    }
    away.redis.on('error', () => undefined)
    const stopAway = startRelay(away)
    await write(1)
    await publish(away, event(9))
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(await rowsLeft()).toBe(1)
    await stopAway()
    away.redis.disconnect()
    const stop = startRelay()
    await untilOnStream(1)
    expect(await onStream()).toEqual([1])
    await stop()
  })

  it('begins a new part, numbered from one, when the store was flushed', async () => {
    await publish(deps, event(1))
    await publish(deps, event(2))
    const [before] = await readSince(deps.redis, deps.prefix, '-', 1)
    await flushRedis(deps.prefix)
    await publish(deps, event(3))
    const [after] = await readSince(deps.redis, deps.prefix, '-', 1)
    expect(after?.part).not.toBe(before?.part)
    expect(after?.seq).toBe(1)
  })
})
