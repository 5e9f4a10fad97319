import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Knex } from '../db/connect.ts'
import { becameReady, connectForRequests } from '../redis/connect.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { bumpGenerations, type CacheDeps, invalidate } from './invalidate.ts'
import { noteInvalidation, repeatInvalidations } from './notes.ts'
import { type Cached, cachedList, cachedOne } from './read-cache.ts'

const DOMAIN = 'things'
const one = { domain: DOMAIN, id: '7', variant: 'staff', ttlS: 60 }
const list = { domain: DOMAIN, key: 'all', variant: 'staff', ttlS: 60 }
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const bodyOf = (answer: Cached | null) => JSON.parse(String(answer?.json)) as { version: number }

describe('the read cache', () => {
  let deps: TestDeps
  /** A second process: its own connection and with it its own memory of what is under way. */
  let other: CacheDeps
  let reads = 0

  beforeAll(async () => {
    deps = await testDeps()
    other = await another()
  })
  beforeEach(async () => {
    await deps.emptyTables()
    await deps.db('counters').insert({ name: 'thing', value: 1 })
    await invalidate(deps, { domain: DOMAIN, ids: ['7'] })
    reads = 0
  })
  afterAll(async () => {
    other.cacheRedis.disconnect()
    await deps.close()
  })

  const another = async (): Promise<CacheDeps> => {
    const cacheRedis = connectForRequests(deps.config.CACHE_REDIS_URL, 'other')
    await becameReady(cacheRedis, 30_000)
    return { ...deps, cacheRedis }
  }
  const load =
    (before = 0, after = 0) =>
    async () => {
      reads++
      await sleep(before)
      const row = await deps.db('counters').where({ name: 'thing' }).first('value')
      await sleep(after)
      return { version: Number(row.value) }
    }
  const write = async (by: CacheDeps): Promise<void> => {
    const note = await deps.db.transaction(async (trx: Knex.Transaction) => {
      await trx('counters').where({ name: 'thing' }).increment('value', 1)
      return noteInvalidation(trx, { domain: DOMAIN, ids: ['7'] })
    })
    await invalidate(by, { domain: DOMAIN, ids: ['7'], note })
  }

  it('answers the same bytes and ETag from the cache as from the database', async () => {
    for (const ask of [() => cachedOne(deps, one, load()), () => cachedList(deps, list, load())]) {
      const [first, second] = [await ask(), await ask()]
      expect([first?.cache, second?.cache]).toEqual(['MISS', 'HIT'])
      expect(second?.json.equals(first?.json as Buffer)).toBe(true)
      expect(second?.etag).toBe(first?.etag)
      expect(second?.etag).toMatch(/^"[\w-]{22}"$/)
    }
    expect(reads).toBe(2)
  })

  it('takes one round trip on a hit', async () => {
    await cachedOne(deps, one, load())
    await cachedList(deps, list, load())
    const sent: string[] = []
    const original = deps.cacheRedis.sendCommand.bind(deps.cacheRedis)
    deps.cacheRedis.sendCommand = (command, ...rest) => {
      sent.push(command.name)
      return original(command, ...rest)
    }
    await cachedOne(deps, one, load())
    await cachedList(deps, list, load())
    deps.cacheRedis.sendCommand = original
    expect(sent.map((name) => name.toLowerCase())).toEqual(['evalsha', 'evalsha'])
  })

  it('keeps role variants apart and removes all of them', async () => {
    await cachedOne(deps, one, async () => ({ version: 1, secret: true }))
    const less = await cachedOne(deps, { ...one, variant: 'cashier' }, async () => ({ version: 1 }))
    expect(less).toMatchObject({ cache: 'MISS' })
    expect(String(less?.json)).toBe('{"version":1}')
    await invalidate(deps, { domain: DOMAIN, ids: ['7'] })
    for (const variant of ['staff', 'cashier'])
      expect(await cachedOne(deps, { ...one, variant }, load())).toMatchObject({ cache: 'MISS' })
  })

  it('does not keep that there is nothing', async () => {
    expect(await cachedOne(deps, one, async () => null)).toBeNull()
    expect(await cachedOne(deps, one, load())).toMatchObject({ cache: 'MISS' })
    expect(await cachedOne(deps, one, load())).toMatchObject({ cache: 'HIT' })
  })

  it('gives the lease back when the load fails', async () => {
    const failing = cachedOne(deps, one, async () => Promise.reject(new Error('no database')))
    await expect(failing).rejects.toThrow('no database')
    expect(await cachedOne(deps, one, load())).toMatchObject({ cache: 'MISS' })
  })

  /** Where the answers lie now: keys hold the domain's present tokens. */
  const placeOf = async (kind: 'one' | 'list', name: string) => {
    const root = `${deps.prefix}:cache:${DOMAIN}`
    const token = await deps.cacheRedis.get(`${root}:${kind === 'one' ? 'era' : 'gen'}`)
    return `${root}:${kind}:${token}:${name}`
  }

  it('takes garbage for a miss and overwrites it', async () => {
    await cachedOne(deps, one, load())
    await cachedList(deps, list, load())
    const oneKey = await placeOf('one', '7')
    const listKey = await placeOf('list', 'staff:all')
    const whole = (await deps.cacheRedis.getBuffer(listKey)) as Buffer
    const damaged = Buffer.from(whole)
    damaged[damaged.length - 2] = 0x21
    for (const garbage of [Buffer.from('x'), Buffer.from('0 old\n{}'), damaged, whole.subarray(0, 40)]) {
      await deps.cacheRedis.hset(oneKey, 'staff', garbage)
      await deps.cacheRedis.set(listKey, garbage)
      // a process that has not read the answer before: one that has needs the header only
      const fresh = await another()
      for (const expected of ['MISS', 'HIT']) {
        expect((await cachedOne(fresh, one, load()))?.cache).toBe(expected)
        expect((await cachedList(fresh, list, load())).cache).toBe(expected)
      }
      fresh.cacheRedis.disconnect()
    }
    await deps.cacheRedis.set(oneKey, 'no hash at all')
    expect(bodyOf(await cachedOne(deps, one, load())).version).toBe(1)
    expect((await cachedOne(deps, one, load()))?.cache).toBe('MISS')
  })

  it('never brings an old list back when the generation is evicted', async () => {
    await cachedList(deps, list, load())
    await deps.db('counters').where({ name: 'thing' }).update({ value: 5 })
    await deps.cacheRedis.del(`${deps.prefix}:cache:${DOMAIN}:gen`)
    expect(bodyOf(await cachedList(deps, list, load())).version).toBe(5)
  })

  it('never stores what was read before a commit', async () => {
    const slow = cachedOne(deps, one, load(0, 100))
    const slowList = cachedList(deps, list, load(0, 100))
    await sleep(50)
    await write(other)
    await Promise.all([slow, slowList])
    expect(bodyOf(await cachedOne(other, one, load())).version).toBe(2)
    expect(bodyOf(await cachedList(other, list, load())).version).toBe(2)
  })

  it('never answers older than an acknowledged write, in any process (1,000 rounds)', async () => {
    let acknowledged = 1
    let stop = false
    let checked = 0
    const readers = Array.from({ length: 12 }, async (_, i) => {
      const by = i % 2 === 0 ? deps : other
      let seen = 0
      while (!stop) {
        const least = acknowledged
        const pause = load(0, Math.random() < 0.3 ? Math.random() * 3 : 0)
        const answer = i % 3 === 0 ? await cachedList(by, list, pause) : await cachedOne(by, one, pause)
        const { version } = bodyOf(answer)
        expect(version).toBeGreaterThanOrEqual(least)
        expect(version).toBeGreaterThanOrEqual(seen)
        seen = version
        checked++
      }
    })
    const rounds = (async () => {
      for (let round = 0; round < 1000; round++) {
        await write(round % 2 === 0 ? deps : other)
        acknowledged++
        if (round % 100 === 0) await deps.cacheRedis.del(`${deps.prefix}:cache:${DOMAIN}:gen`)
      }
      stop = true
    })()
    await Promise.all([rounds, ...readers])
    expect(checked).toBeGreaterThan(1000)
    const last = await cachedOne(deps, one, load())
    expect(bodyOf(last).version).toBe(1001)
  }, 60_000)

  it('reads the database at most five times for 1,000 readers of a cold key', async () => {
    for (const ask of [
      (by: CacheDeps) => cachedOne(by, one, load(0, 30)),
      (by: CacheDeps) => cachedList(by, list, load(0, 30)),
    ]) {
      reads = 0
      const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => ask(i % 2 ? deps : other)))
      expect(new Set(answers.map((answer) => answer?.etag)).size).toBe(1)
      expect(reads).toBeLessThanOrEqual(5)
    }
  })

  it('goes to the database, a few at a time, while the cache is away', async () => {
    const lost: CacheDeps = {
      ...deps,
      cacheRedis: new Redis(1, { lazyConnect: true, enableOfflineQueue: false }),
    }
    lost.cacheRedis.on('error', () => undefined)
    const answers = await Promise.all(Array.from({ length: 200 }, () => cachedOne(lost, one, load(0, 10))))
    expect(answers.every((answer) => answer?.cache === 'BYPASS' && bodyOf(answer).version === 1)).toBe(true)
    expect(reads).toBeLessThanOrEqual(5)
    lost.cacheRedis.disconnect()
  })

  it('goes past the cache for the domain after an invalidation failed, until it is repeated', async () => {
    await cachedOne(deps, one, load())
    const script = deps.cacheRedis.callBuffer
    deps.cacheRedis.callBuffer = () => Promise.reject(new Error('away'))
    await write(deps)
    deps.cacheRedis.callBuffer = script
    const state = await cachedOne(deps, one, load())
    expect(bodyOf(state).version).toBe(2)
    // repeated now and then, with the next read
    await expect.poll(async () => (await cachedOne(deps, one, load()))?.cache).toBe('HIT')
    expect(bodyOf(await cachedOne(deps, one, load())).version).toBe(2)
    expect(bodyOf(await cachedOne(other, one, load())).version).toBe(2)
  })

  it('repeats what a process committed and died before telling the cache', async () => {
    await cachedOne(other, one, load())
    await cachedList(other, list, load())
    await deps.db.transaction(async (trx) => {
      await trx('counters').where({ name: 'thing' }).update({ value: 9 })
      await noteInvalidation(trx, { domain: DOMAIN, ids: ['7'] })
    })
    // a note is left to its own process for a second
    await expect.poll(() => repeatInvalidations({ ...other, db: deps.db })).toBe(1)
    expect(bodyOf(await cachedOne(other, one, load())).version).toBe(9)
    expect(bodyOf(await cachedList(other, list, load())).version).toBe(9)
    expect(await deps.db('cache_invalidations').first('id')).toBeUndefined()
  })

  it('removes the notes of what it has done without doing it again', async () => {
    await write(deps)
    await cachedOne(deps, one, load())
    expect(await repeatInvalidations(deps)).toBe(0)
    expect(await deps.db('cache_invalidations').first('id')).toBeUndefined()
    expect(await cachedOne(deps, one, load())).toMatchObject({ cache: 'HIT' })
  })

  it('bumps several domains', async () => {
    await cachedList(deps, list, load())
    await bumpGenerations(deps, ['nothing', DOMAIN])
    expect((await cachedList(deps, list, load())).cache).toBe('MISS')
  })
})
