import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { closeQueues, type JobQueues, openQueues } from '../jobs/queues.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { changeSchedule, ensureSchedules, runDue, setBells } from './commands.ts'
import { SCHEDULES } from './definitions.ts'
import { getSchedule, getSchedules } from './reads.ts'
import { cronOf, lastSlot, nextSlot, type Rhythm } from './rules.ts'

const ZONE = 'Asia/Kuala_Lumpur'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const at = (text: string) => new Date(text)

describe('slots', () => {
  const daily: Rhythm = { every: 'day', at: '02:30', weekday: null, monthDay: null }

  it("are of the clinic's day, week and month", () => {
    expect(lastSlot(daily, at('2026-03-02T02:29:59+08:00'), ZONE)).toEqual(at('2026-03-01T02:30:00+08:00'))
    expect(lastSlot(daily, at('2026-03-02T02:30:00+08:00'), ZONE)).toEqual(at('2026-03-02T02:30:00+08:00'))
    const sunday: Rhythm = { every: 'week', at: '04:30', weekday: 7, monthDay: null }
    expect(nextSlot(sunday, at('2026-03-02T12:00:00+08:00'), ZONE)).toEqual(at('2026-03-08T04:30:00+08:00'))
    const first: Rhythm = { every: 'month', at: '03:30', weekday: null, monthDay: 1 }
    expect(lastSlot(first, at('2026-03-01T03:00:00+08:00'), ZONE)).toEqual(at('2026-02-01T03:30:00+08:00'))
    const hourly: Rhythm = { every: 'hour', at: '00:15', weekday: null, monthDay: null }
    expect(nextSlot(hourly, at('2026-03-01T03:15:00+08:00'), ZONE)).toEqual(at('2026-03-01T04:15:00+08:00'))
  })

  it('follow each other without a gap: the next after the last is the next after now', () => {
    const rhythm = fc.record({
      every: fc.constantFrom('hour' as const, 'day' as const, 'week' as const, 'month' as const),
      at: fc
        .tuple(fc.nat(23), fc.nat(59))
        .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`),
      weekday: fc.integer({ min: 1, max: 7 }),
      monthDay: fc.integer({ min: 1, max: 28 }),
    })
    const now = fc.date({
      min: at('2020-01-01T00:00:00Z'),
      max: at('2035-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(rhythm, now, (each, moment) => {
        const [last, next] = [lastSlot(each, moment, ZONE), nextSlot(each, moment, ZONE)]
        expect(last <= moment && moment < next).toBe(true)
        expect(nextSlot(each, last, ZONE)).toEqual(next)
        expect(lastSlot(each, next, ZONE)).toEqual(next)
      }),
    )
  })

  it('are what the pattern of the bell says', () => {
    expect(cronOf(daily)).toBe('30 2 * * *')
    expect(cronOf({ every: 'week', at: '04:05', weekday: 7, monthDay: null })).toBe('5 4 * * 0')
    expect(cronOf({ every: 'month', at: '03:30', weekday: null, monthDay: 28 })).toBe('30 3 28 * *')
    expect(cronOf({ every: 'hour', at: '00:15', weekday: null, monthDay: null })).toBe('15 * * * *')
  })
})

describe('what happens by itself', () => {
  let deps: TestDeps
  let queues: JobQueues
  let now = at('2026-03-02T12:00:00+08:00')
  beforeAll(async () => {
    deps = await testDeps({}, { clock: { now: () => now } })
    queues = openQueues(deps)
  })
  beforeEach(async () => {
    await deps.emptyTables()
    now = at('2026-03-02T12:00:00+08:00')
    await ensureSchedules(deps)
  })
  afterAll(async () => {
    await closeQueues(queues)
    await deps.close()
  })

  const operations = async () =>
    (await deps.db('operations').orderBy('no').select('type', 'kind')).map(
      ({ type, kind }: { type: string; kind: string }) => `${type} ${kind}`,
    )

  it('is added at every start, as people left it', async () => {
    const seen = { version: 1 }
    await changeSchedule(deps, 'backup', seen, { at: '01:00' }, { userId: null, username: null, role: null })
    await ensureSchedules(deps)
    const { data } = await getSchedules(deps)
    expect(data.map(({ name }) => name)).toEqual(Object.keys(SCHEDULES).sort())
    expect(data.find(({ name }) => name === 'backup')).toMatchObject({
      at: '01:00',
      version: 2,
      nextAt: at('2026-03-03T01:00:00+08:00').toISOString(),
    })
  })

  it('begins with the next slot: nothing is due at once', async () => {
    expect(await runDue(deps, queues)).toEqual([])
    now = at('2026-03-03T02:30:00+08:00')
    expect((await runDue(deps, queues)).map(({ kind }) => kind)).toEqual(['full', 'tidy'])
    expect(await runDue(deps, queues)).toEqual([])
  })

  it('two workers, or twenty looks at once: one run of each slot', async () => {
    now = at('2026-03-03T02:31:00+08:00')
    const looks = await Promise.all(Array.from({ length: 20 }, () => runDue(deps, queues)))
    expect(
      looks
        .flat()
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['full', 'tidy'])
    expect((await operations()).sort()).toEqual(['backup full', 'maintenance tidy'])
  })

  it('was missed while nobody ran: made up for once, however often', async () => {
    now = new Date(now.getTime() + 40 * DAY_MS)
    await runDue(deps, queues)
    await runDue(deps, queues)
    expect((await operations()).sort()).toEqual([
      'backup full',
      'maintenance optimize',
      'maintenance tidy',
      'maintenance watch',
      'proof restore',
    ])
  })

  it('does nothing while it is turned off, and does not make up for that', async () => {
    const nobody = { userId: null, username: null, role: null }
    await changeSchedule(deps, 'backup', { version: 1 }, { enabled: false }, nobody)
    now = new Date(now.getTime() + 10 * DAY_MS)
    await runDue(deps, queues)
    expect(await operations()).not.toContain('backup full')
    await changeSchedule(deps, 'backup', { version: 2 }, { enabled: true }, nobody)
    await runDue(deps, queues)
    expect(await operations()).not.toContain('backup full')
    expect((await getSchedule(deps, 'backup')).nextAt).not.toBeNull()
  })

  it('has a bell in Redis each, in the time of the clinic, put back after Redis was emptied', async () => {
    await setBells(deps, queues)
    const bells = async () =>
      (await queues.realtime.getJobSchedulers()).map(({ key, pattern, tz }) => [key, pattern, tz]).sort()
    const all = await bells()
    expect(all).toContainEqual(['schedule-backup', '30 2 * * *', ZONE])
    expect(all).toHaveLength(Object.keys(SCHEDULES).length)
    await queues.realtime.obliterate({ force: true })
    expect(await bells()).toEqual([])
    await setBells(deps, queues)
    expect(await bells()).toEqual(all)
    const nobody = { userId: null, username: null, role: null }
    await changeSchedule(deps, 'watch', { version: 1 }, { enabled: false }, nobody)
    await setBells(deps, queues)
    expect((await bells()).map(([key]) => key)).not.toContain('schedule-watch')
  })
})
