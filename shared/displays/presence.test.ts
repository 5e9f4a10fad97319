import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSince } from '../events/read.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { areOpen, createPresence } from './presence.ts'

/** Long enough that a busy machine still keeps its marks fresh. */
const KEEP_MS = 1500
const hall = { id: '1', name: 'Hall' }

describe('screens that are there', () => {
  let deps: TestDeps
  beforeAll(async () => {
    deps = await testDeps()
  })
  afterAll(() => deps.close())

  const offline = async () =>
    (await readSince(deps.redis, deps.prefix, '-', 100)).filter(({ type }) => type === 'display.offline')

  it('are marked while a stream is open, however long', async () => {
    const presence = createPresence(deps, KEEP_MS)
    presence.opened(hall)
    await sleep(KEEP_MS * 2)
    expect(await areOpen(deps, ['1', '2'])).toEqual(new Set(['1']))
    presence.stop()
    await expect.poll(async () => (await areOpen(deps, ['1'])).size, { timeout: 20_000 }).toBe(0)
  })

  it('are told of when they went and stay away, once, but not when they come back anywhere', async () => {
    const [one, two] = [createPresence(deps, KEEP_MS), createPresence(deps, KEEP_MS)]
    one.opened(hall)
    one.closed(hall)
    two.opened(hall)
    // told a third later than the mark is kept
    await sleep(KEEP_MS * 2)
    expect(await offline()).toEqual([])
    two.closed(hall)
    await expect.poll(async () => (await offline()).length).toBe(1)
    const [entry] = await offline()
    expect(JSON.parse(entry?.data ?? '')).toMatchObject({ type: 'display.offline', entity: hall })
    expect(entry?.topic).toBe('queue')
    one.stop()
    two.stop()
  })

  it('a stream that ends beside another of the same screen tells nothing', async () => {
    const before = (await offline()).length
    const presence = createPresence(deps, KEEP_MS)
    presence.opened(hall)
    presence.opened(hall)
    presence.closed(hall)
    await sleep(KEEP_MS * 2)
    expect((await offline()).length).toBe(before)
    presence.stop()
  })
})
