import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { becameReady, connectForRequests } from '../redis/connect.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { HeldAnswers } from './held.ts'
import { type CacheDeps, invalidate } from './invalidate.ts'
import { type Cached, cachedList, cachedOne } from './read-cache.ts'

const DOMAIN = 'held-things'
const one = { domain: DOMAIN, id: '7', variant: 'staff', ttlS: 60 }
const list = { domain: DOMAIN, key: 'all', variant: 'staff', ttlS: 60 }
const BIG = 'x'.repeat(30_000)
const textOf = (answer: Cached | null) => String(answer?.json)

describe('answers that a process has in its hand', () => {
  let deps: TestDeps
  let other: CacheDeps
  let value = 'a'
  /** Bytes of the values that the cache sent to `deps`, one number for each look-up. */
  let fetched: number[] = []

  const load = async () => ({ value, BIG })
  const asks = [
    (by: CacheDeps) => cachedOne(by, one, load),
    (by: CacheDeps): Promise<Cached | null> => cachedList(by, list, load),
  ]
  const write = async (by: CacheDeps, next: string) => {
    value = next
    await invalidate(by, { domain: DOMAIN, ids: ['7'] })
  }

  beforeAll(async () => {
    deps = await testDeps()
    const cacheRedis = connectForRequests(deps.config.CACHE_REDIS_URL, 'other')
    await becameReady(cacheRedis, 30_000)
    other = { ...deps, cacheRedis }
    const call = deps.cacheRedis.callBuffer.bind(deps.cacheRedis)
    deps.cacheRedis.callBuffer = (async (...args: Parameters<typeof call>) => {
      const answer = await call(...args)
      const [, found] = Array.isArray(answer) ? (answer as unknown[]) : []
      if (args[0] === 'EVALSHA' && found !== undefined)
        fetched.push(Buffer.isBuffer(found) ? found.length : 0)
      return answer
    }) as typeof call
  })
  beforeEach(async () => {
    await write(other, 'a')
    fetched = []
  })
  afterAll(async () => {
    other.cacheRedis.disconnect()
    await deps.close()
  })

  it.each([0, 1])('are fetched once and afterwards only confirmed (%i: thing, list)', async (which) => {
    const ask = asks[which] as (typeof asks)[number]
    await ask(other)
    const first = await ask(deps)
    const again = [await ask(deps), await ask(deps)]
    expect(fetched.map((bytes) => bytes > BIG.length)).toEqual([true, false, false])
    for (const answer of again) {
      expect(answer).toMatchObject({ cache: 'HIT', etag: first?.etag })
      expect(textOf(answer)).toBe(textOf(first))
    }
  })

  it('are not given once another process has written', async () => {
    for (const ask of asks)
      for (const [round, next] of ['b', 'c', 'b', 'a', 'a', 'c'].entries()) {
        await ask(deps)
        await write(other, next)
        // whoever fills the cache anew: the one who holds an older answer, or the one who wrote
        if (round % 2 === 0) await ask(other)
        expect(JSON.parse(textOf(await ask(deps))).value).toBe(next)
        expect(JSON.parse(textOf(await ask(other))).value).toBe(next)
      }
  })

  it('are right where the entry in the cache is damaged behind its header', async () => {
    const whole = textOf(await cachedList(deps, list, load))
    await cachedList(deps, list, load)
    const root = `${deps.prefix}:cache:${DOMAIN}:list`
    const key = `${root}:${await deps.cacheRedis.get(`${deps.prefix}:cache:${DOMAIN}:gen`)}:staff:all`
    await deps.cacheRedis.setrange(key, 100, 'damage')
    expect(textOf(await cachedList(deps, list, load))).toBe(whole)
    expect(await cachedList(other, list, load)).toMatchObject({ cache: 'MISS' })
    expect(textOf(await cachedList(other, list, load))).toBe(whole)
  })

  it('are the latest used few, none of them very large, and own their bytes', () => {
    const held = new HeldAnswers(250)
    const network = Buffer.alloc(100, 'n')
    for (const name of ['a', 'b']) held.keep(name, name, { json: network, etag: name })
    network.fill('-')
    held.touch('a', held.get('a') ?? expect.fail('a is held'))
    held.keep('c', 'c', { json: network, etag: 'c' })
    expect(['a', 'b', 'c'].map((name) => held.get(name)?.header)).toEqual(['a', undefined, 'c'])
    expect(String(held.get('a')?.answer.json)).toBe('n'.repeat(100))
    held.keep('large', 'l', { json: Buffer.alloc(1024 * 1024), etag: 'l' })
    expect(held.get('large')).toBeUndefined()
    held.keep('c', 'c2', { json: Buffer.alloc(240), etag: 'c' })
    expect([held.get('a'), held.get('c')?.header]).toEqual([undefined, 'c2'])
  })
})
