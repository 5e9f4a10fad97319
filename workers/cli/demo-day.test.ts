import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rebuildFigures } from '../../shared/dashboard/commands.ts'
import { foldOnce } from '../../shared/dashboard/fold.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { createInitialUsers } from '../../shared/users/commands.ts'
import { fillDay } from './demo-day.ts'
import { DEMO_VISITS } from './demo-visits.ts'

// half past twelve at the clinic
const NOW = new Date('2026-11-30T04:30:00.000Z')
const EARLY = new Date('2026-12-01T16:20:00.000Z')
const TIMEOUT = { timeout: 180_000 }

let deps: TestDeps
let now = NOW
let said: string[] = []

beforeAll(async () => {
  deps = await testDeps({}, { clock: { now: () => now } })
  await createInitialUsers(deps)
  said = await fillDay(deps)
}, TIMEOUT.timeout)
afterAll(() => deps.close())

const wanted = (times: number) => {
  const states: Record<string, number> = {}
  for (const { upTo } of DEMO_VISITS) states[upTo] = (states[upTo] ?? 0) + times
  return states
}
const counted = async (day: string): Promise<Record<string, number>> => {
  const rows = (await deps
    .db('tickets')
    .where({ day })
    .groupBy('status')
    .select('status', deps.db.raw('count(*) as n'))) as { status: string; n: number }[]
  return Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)]))
}
const figures = async () => {
  const rows = await deps
    .db('day_figures')
    .whereNot('value', 0)
    .orderBy(['measure', 'day', 'doctor_id', 'part'])
    .select('measure', 'day', 'doctor_id', 'part', 'value')
  return rows.map((row) => Object.values(row).join(' '))
}

describe('the day of the demo', () => {
  it('has tickets in every state, numbered in the order in which people came', async () => {
    expect(await counted('2026-11-30')).toEqual(wanted(1))
    const arrivals = (await deps.db('tickets').orderBy('number').pluck('created_at')) as string[]
    expect(arrivals).toEqual([...arrivals].sort())
    const latest = (await deps.db('ticket_moves').max({ at: 'at' }).first())?.at as string
    expect(Date.parse(`${latest.replace(' ', 'T')}Z`)).toBeLessThan(NOW.getTime())
  })

  it('has two doctors who can work, the first one the user `doctor`', async () => {
    const rows = await deps
      .db('doctors as d')
      .join('users as u', 'u.id', 'd.user_id')
      .orderBy('d.id')
      .select('u.username', 'd.mmc_number')
    expect(rows.map(({ username }) => username)).toEqual(['doctor', 'demo-doctor2'])
    expect(new Set(rows.map(({ mmc_number }) => mmc_number)).size).toBe(2)
  })

  it('has every paid bill balanced, by each way to pay, and cash in the open shift', async () => {
    const bills = await deps
      .db('bills')
      .where({ live: 1 })
      .select('status', 'total_sen', 'rounding_sen', 'paid_sen')
    const paid = bills.filter(({ status }) => status === 'paid')
    expect(paid).toHaveLength(wanted(1).completed ?? 0)
    for (const { total_sen, rounding_sen, paid_sen } of paid)
      expect(Number(paid_sen)).toBe(Number(total_sen) + Number(rounding_sen))
    const sums = (await deps
      .db('payment_tenders')
      .groupBy('method')
      .select('method', deps.db.raw('sum(amount_sen) as sen'))) as { method: string; sen: string }[]
    expect(sums.map(({ method }) => method).sort()).toEqual(['card', 'cash', 'duitnow', 'panel'])
    const tendered = sums.reduce((sum, { sen }) => sum + Number(sen), 0)
    expect(tendered).toBe(paid.reduce((sum, { paid_sen }) => sum + Number(paid_sen), 0))
    expect(await deps.db('payments').whereNull('shift_id').first('id')).toBeUndefined()
  })

  it('has diagnoses with codes, papers, appointments, and stock that is low or soon over', async () => {
    const uncoded = await deps
      .db('consultations as c')
      .leftJoin('diagnoses as d', 'd.visit_id', 'c.visit_id')
      .whereNull('d.id')
      .first('c.id')
    expect(uncoded).toBeUndefined()
    expect(await deps.db('medical_certificates').pluck('status')).toEqual(['issued', 'issued', 'issued'])
    const booked = await deps.db('appointments').where('start_at', '>', '2026-11-30 16:00:00').pluck('status')
    expect(booked).toEqual(['booked', 'booked', 'booked', 'booked'])
    expect(await deps.db('appointments').whereIn('status', ['arrived', 'done']).pluck('id')).toHaveLength(2)
    const soon = await deps.db('stock_batches').where('expires_on', '<', '2027-01-01').pluck('id')
    expect(soon.length).toBeGreaterThan(0)
    expect(said.join('\n')).toContain(`${DEMO_VISITS.length} tickets`)
  })

  it(
    'adds another batch when it runs again, and figures are as counted from the records',
    TIMEOUT,
    async () => {
      await fillDay(deps)
      expect(await counted('2026-11-30')).toEqual(wanted(2))
      expect(await deps.db('doctors').pluck('id')).toHaveLength(2)
      // twenty minutes after midnight everything has to fit into those
      now = EARLY
      await fillDay(deps)
      expect(await counted('2026-12-02')).toEqual(wanted(1))
      while ((await foldOnce(deps)) > 0);
      const along = await figures()
      expect(along.filter((line) => line.startsWith('takings ')).length).toBeGreaterThan(0)
      await rebuildFigures(deps)
      expect(await figures()).toEqual(along)
    },
  )
})
