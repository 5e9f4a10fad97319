import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { entryFields, eventKeys, newPart, publish, STREAM_LUA } from '../../shared/events/stream.ts'
import { flushRedis, type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type EventServer, openStream, person, progressEvent, startEventServer } from './testing.ts'

const PATH = '/api/sse/operations'
const versions = (stream: { received: { name: string; data: string }[] }): number[] =>
  stream.received
    .filter(({ name }) => name === 'operation.progress')
    .map(({ data }) => JSON.parse(data).entity.version as number)
const names = (stream: { received: { name: string }[] }) => stream.received.map(({ name }) => name)

describe('replay and live', () => {
  let deps: TestDeps
  let servers: EventServer[]

  beforeAll(async () => {
    deps = await testDeps()
    servers = await Promise.all([startEventServer(deps), startEventServer(deps)])
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()))
    await deps.close()
  })
  const port = (n: number) => (servers[n % 2] as EventServer).port

  it('starts at once, with the headers that keep proxies from holding it back', async () => {
    const stream = await openStream(port(0), PATH)
    await stream.until(({ raw }) => raw.includes('id: '))
    expect(stream.status).toBe(200)
    expect(stream.raw.startsWith('retry: 5000\n')).toBe(true)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    stream.close()
  })

  it('loses nothing and repeats nothing over random reconnects to either process', async () => {
    const EVENTS = 300
    const plan = fc.sample(fc.array(fc.nat({ max: 40 }), { minLength: 25, maxLength: 25 }), { numRuns: 4 })
    let version = 0
    for (const pauses of plan) {
      const first = version
      let stream = await openStream(port(0), PATH)
      await stream.until(({ lastEventId }) => lastEventId !== '')
      let got: number[] = []
      const publishing = (async () => {
        for (let n = 0; n < EVENTS; n++) {
          await publish(deps, progressEvent('a', ++version))
          if (n % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
        }
      })()
      for (const [index, pauseMs] of pauses.entries()) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
        stream.close()
        got = got.concat(versions(stream))
        stream = await openStream(port(index), PATH, {}, stream.lastEventId)
      }
      await publishing
      await stream.until((now) => got.length + versions(now).length >= EVENTS)
      got = got.concat(versions(stream))
      expect(names(stream)).not.toContain('reset')
      stream.close()
      expect(got).toEqual(Array.from({ length: EVENTS }, (_, n) => first + n + 1))
    }
  })

  it('resumes from a place where no event was ever sent to this client', async () => {
    const before = await openStream(port(0), PATH)
    await before.until(({ lastEventId }) => lastEventId !== '')
    before.close()
    await publish(deps, progressEvent('b', 1))
    const after = await openStream(port(1), PATH, {}, before.lastEventId)
    await after.until((now) => versions(now).length === 1)
    expect(names(after)).toEqual(['operation.progress'])
    after.close()
  })

  it('takes the id from the query too, the header first', async () => {
    const stream = await openStream(port(0), PATH)
    await publish(deps, progressEvent('c', 1))
    await publish(deps, progressEvent('c', 2))
    await stream.until((now) => versions(now).length === 2)
    const [one] = stream.received
    stream.close()
    const again = await openStream(port(1), `${PATH}?lastEventId=${one?.lastEventId}`)
    await again.until((now) => versions(now).length === 1)
    expect(versions(again)).toEqual([2])
    again.close()
  })

  describe('of far more than may wait unsent', () => {
    const COUNT = 400
    const text = 'x'.repeat(3000)
    /** Puts all on the stream in one step, so that a process reads them at once. */
    const burst = () => {
      const events = Array.from({ length: COUNT }, (_, n) => {
        const event = progressEvent('fat', n + 1)
        return { ...event, body: { ...event.body, entity: { ...event.body.entity, text } } }
      })
      const { stream, meta } = eventKeys(deps.prefix)
      const addAll = `${STREAM_LUA} for at = 2, #ARGV, 5 do add(part(ARGV[1]), unpack(ARGV, at, at + 4)) end`
      return deps.redis.eval(addAll, 2, stream, meta, newPart(), ...events.flatMap(entryFields))
    }
    const isWhole = (stream: { received: { name: string; data: string }[] }) =>
      stream.received.length >= COUNT

    it('replays it at the pace of the reader', async () => {
      const stream = await openStream(port(0), PATH)
      await stream.until(({ lastEventId }) => lastEventId !== '')
      stream.close()
      await burst()
      const again = await openStream(port(1), PATH, {}, stream.lastEventId)
      await again.until(isWhole)
      expect(names(again)).not.toContain('reset')
      again.close()
    })

    it('hands a burst to those who listen, and cuts nobody for it', async () => {
      const streams = await Promise.all([0, 1, 2, 3].map((n) => openStream(port(n), PATH)))
      for (const stream of streams) await stream.until(({ lastEventId }) => lastEventId !== '')
      await burst()
      for (const stream of streams) {
        await stream.until(isWhole)
        expect(versions(stream)).toEqual(Array.from({ length: COUNT }, (_, n) => n + 1))
        expect(stream.ended).toBe(false)
        stream.close()
      }
    })
  })
})

describe('ids that cannot be resumed from', () => {
  let deps: TestDeps
  let server: EventServer

  beforeAll(async () => {
    deps = await testDeps()
    server = await startEventServer(deps)
  })
  afterAll(async () => {
    await server.close()
    await deps.close()
  })

  const goodId = async () => {
    const stream = await openStream(server.port, PATH)
    await publish(deps, progressEvent('g', 1))
    await stream.until((now) => versions(now).length > 0)
    stream.close()
    return stream.lastEventId
  }
  const strange: [string, (good: string) => string][] = [
    ['zero', () => '0'],
    ['negative', () => '-1'],
    ['huge', () => '9e99'],
    ['a word', () => 'abc'],
    ['SQL', () => "' or 1=1 --"],
    ['10 kB', () => 'a'.repeat(10_000)],
    ['of another part', (good) => good.replace(/^[0-9a-f]{12}/, 'ffffffffffff')],
    ['older than the first held', (good) => good.replace(/-\d+-\d+$/, '-1000-0')],
    ['newer than the last', (good) => good.replace(/-\d+-\d+$/, '-99999999999999-0')],
    ['between two', (good) => good.replace(/-(\d+)-\d+$/, '-$1-999999')],
    ['with more digits than a number holds', (good) => good.replace(/-\d+-\d+$/, `-${'9'.repeat(30)}-0`)],
  ]

  it.each(strange)('answers one reset and goes on live: %s', async (_, forge) => {
    const stream = await openStream(server.port, PATH, {}, forge(await goodId()))
    await stream.until((now) => names(now).includes('reset'))
    await publish(deps, progressEvent('after', 7))
    await stream.until((now) => names(now).includes('operation.progress'))
    expect(stream.status).toBe(200)
    expect(names(stream)).toEqual(['reset', 'operation.progress'])
    stream.close()
  })

  it('never lets an id from the query into the stream', async () => {
    const forged = encodeURIComponent('1\r\nevent: queue.called\r\ndata: {"forged":true}\r\n\r\n')
    const stream = await openStream(server.port, `${PATH}?lastEventId=${forged}`)
    await stream.until((now) => names(now).includes('reset'))
    expect(stream.raw).not.toContain('forged')
    stream.close()
  })

  it('resets open streams when the store is flushed, and goes on under a new part', async () => {
    const stream = await openStream(server.port, PATH)
    await stream.until(({ lastEventId }) => lastEventId !== '')
    const old = stream.lastEventId
    await flushRedis(deps.prefix)
    await stream.until((now) => names(now).includes('reset'))
    expect(stream.lastEventId.slice(0, 12)).not.toBe(old.slice(0, 12))
    await publish(deps, progressEvent('f', 1))
    await stream.until((now) => names(now).includes('operation.progress'))
    expect(names(stream)).toEqual(['reset', 'operation.progress'])
    stream.close()
    const back = await openStream(server.port, PATH, {}, old)
    await back.until((now) => names(now).includes('reset'))
    back.close()
  })
})

describe('who sees what', () => {
  let deps: TestDeps
  let server: EventServer
  const open: { close(): void }[] = []

  beforeAll(async () => {
    deps = await testDeps()
    const sessions = new Map([
      ['admin', person('1')],
      ['cashier', person('2', 'cashier')],
    ])
    const findVisibleOperation = async (_: unknown, { userId }: { userId: string }, id: string) =>
      id.endsWith(userId) ? {} : undefined
    server = await startEventServer(deps, { sessions, findVisibleOperation })
  })
  afterEach(() => {
    for (const stream of open.splice(0)) stream.close()
  })
  afterAll(async () => {
    await server.close()
    await deps.close()
  })
  const as = async (who: string, path: string) => {
    const stream = await openStream(server.port, path, { 'x-session': who })
    open.push(stream)
    if (stream.status === 200) await stream.until(({ lastEventId }) => lastEventId !== '')
    return stream
  }
  const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`

  it('sends operations to their maker and to those who may see all, live and in replay', async () => {
    const cashier = await as('cashier', PATH)
    const admin = await as('admin', PATH)
    await publish(deps, progressEvent('mine', 1, '2'))
    await publish(deps, progressEvent('others', 2, '3'))
    await publish(deps, progressEvent('mine', 3, '2'))
    await admin.until((now) => versions(now).length === 3)
    await cashier.until((now) => versions(now).includes(3))
    expect(versions(cashier)).toEqual([1, 3])
    const first = cashier.received[0]?.lastEventId
    const replayed = await as('cashier', `${PATH}?lastEventId=${first}`)
    await replayed.until((now) => versions(now).includes(3))
    expect(versions(replayed)).toEqual([3])
  })

  it('sends a topic only to those who asked for it', async () => {
    const queue = await as('admin', '/api/sse/queue-updates')
    const both = await as('admin', '/api/sse/events?topics=queue,operations')
    await publish(deps, progressEvent('x', 1))
    await publish(deps, {
      topic: 'queue',
      body: { type: 'queue.called', at: new Date().toISOString(), entity: { id: '5', version: 1 } },
    })
    await both.until((now) => names(now).includes('queue.called'))
    await queue.until((now) => names(now).includes('queue.called'))
    expect(names(both)).toEqual(['operation.progress', 'queue.called'])
    expect(names(queue)).toEqual(['queue.called'])
  })

  it('follows one operation, and answers 404 for one that is not there for this person', async () => {
    expect((await as('cashier', `${PATH}?id=${id(1)}`)).status).toBe(404)
    expect((await as('cashier', `${PATH}?id=nonsense`)).status).toBe(404)
    const one = await as('cashier', `${PATH}?id=${id(2)}`)
    await publish(deps, progressEvent(id(3), 1, '2'))
    await publish(deps, progressEvent(id(2), 2, '2'))
    await one.until((now) => versions(now).length > 0)
    expect(versions(one)).toEqual([2])
  })

  it('refuses topics that do not exist, and no session', async () => {
    expect((await as('admin', '/api/sse/events?topics=queue,other')).status).toBe(400)
    expect((await as('admin', '/api/sse/events?topics=')).status).toBe(400)
    expect((await as('nobody', PATH)).status).toBe(401)
  })
})
