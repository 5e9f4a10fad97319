import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flushRedis, type TestDeps, testDeps } from '../testing/harness.ts'
import type { AuditEntry } from './entry.ts'
import { PATIENTS_MAX, type WatchedSpool, watchReads } from './mass-read.ts'

const MINUTE_MS = 60_000
const MARGIN = 60

let deps: TestDeps
let lines: AuditEntry[]
let aheadMs: number
const open: WatchedSpool[] = []

beforeAll(async () => {
  deps = await testDeps()
})
afterAll(() => deps.close())
beforeEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
  await flushRedis(deps.prefix)
  lines = []
  aheadMs = 0
})

function newWatch(redis = deps.redis): WatchedSpool {
  const clock = { now: () => new Date(Date.now() + aheadMs) }
  const watch = watchReads(
    { ...deps, redis, clock },
    {
      write: async (entry) => {
        lines.push(entry)
      },
      close: async () => undefined,
    },
  )
  open.push(watch)
  return watch
}

const look = (patientId: number, userId = '7'): AuditEntry => ({
  userId,
  username: 'aminah',
  role: 'assistant',
  action: 'patients.read',
  outcome: 'ok',
  patientId: String(patientId),
})
/** All in one turn, so that the watch's own timer does not come in between. */
async function read(watch: WatchedSpool, from: number, to: number, userId?: string) {
  const writes: Promise<void>[] = []
  for (let id = from; id < to; id++) writes.push(watch.write(look(id, userId)))
  await Promise.all(writes)
  await watch.tick()
}
const alarms = () => lines.filter(({ action }) => action === 'security.mass-read')

describe('mass reading', () => {
  it('is on record once, over all processes, and slows that person down alone', async () => {
    const [one, other] = [newWatch(), newWatch()]
    await read(one, 1, PATIENTS_MAX / 2)
    await read(other, PATIENTS_MAX / 2, PATIENTS_MAX - MARGIN)
    expect(alarms()).toEqual([])
    await read(other, PATIENTS_MAX - MARGIN, PATIENTS_MAX + MARGIN)
    await read(one, 1, 2)
    expect(alarms()).toMatchObject([
      { userId: '7', username: 'aminah', entityId: '7', outcome: 'ok', detail: { minutes: 10 } },
    ])
    for (const watch of [one, other]) {
      const begun = performance.now()
      await watch.write(look(5))
      expect(performance.now() - begun).toBeGreaterThan(400)
    }
    const first = await Promise.race([
      one.write(look(5)).then(() => 'the reader of many'),
      one.write(look(5, '8')).then(() => 'somebody else'),
    ])
    expect(first).toBe('somebody else')
  })

  it('cannot be done by many calls at once either: they stand in line, and the line is short', async () => {
    const watch = newWatch()
    await read(watch, 1, PATIENTS_MAX + MARGIN)
    const looks = Array.from({ length: 40 }, (_, n) => watch.write(look(n + 1)))
    const done = await Promise.allSettled(looks)
    expect(done.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(6)
    expect(done.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'rate/limited' })
  })

  it('is not a long day: the same patients again, or as many over an hour', async () => {
    const watch = newWatch()
    for (let round = 0; round < 4; round++) await read(watch, 1, 700)
    for (let part = 0; part < 4; part++) {
      aheadMs += 15 * MINUTE_MS
      await read(watch, part * 800, (part + 1) * 800)
    }
    expect(alarms()).toEqual([])
  })

  it('counts what lists and searches show', async () => {
    const watch = newWatch()
    const ids = Array.from({ length: PATIENTS_MAX + MARGIN }, (_, n) => String(n + 1))
    const { patientId: _, ...rest } = look(0)
    for (let from = 0; from < ids.length; from += 20) {
      void watch.write({ ...rest, action: 'patients.list', detail: { shown: ids.slice(from, from + 20) } })
    }
    await watch.tick()
    expect(alarms()).toHaveLength(1)
  })

  it('reads go on while Redis is away', async () => {
    const away = { multi: () => expect.fail('away') } as never
    const watch = newWatch(away)
    await read(watch, 1, 50)
    expect(lines).toHaveLength(49)
  })
})
