import { describe, expect, it } from 'vitest'
import {
  addUp,
  bucketOf,
  difference,
  type Figure,
  newPatientFigures,
  quantileOf,
  ticketFigures,
} from './rules.ts'

const MINUTE_S = 60

describe('buckets of minutes', () => {
  it('are a minute wide up to an hour, wider beyond, and the last has no end', () => {
    const minutes = [0, 0.99, 1, 59.9, 60, 64.9, 65, 239, 240, 254, 255, 719, 720, 10_000]
    expect(minutes.map((m) => bucketOf(m * MINUTE_S))).toEqual([
      0, 0, 1, 59, 60, 60, 65, 235, 240, 240, 255, 705, 720, 720,
    ])
  })

  it('give every quantile as exact as they are wide', () => {
    const seconds = Array.from({ length: 997 }, (_, n) => (n * 7919) % 10_800)
    const sorted = [...seconds].sort((a, b) => a - b)
    const buckets = new Map<number, number>()
    for (const each of seconds) buckets.set(bucketOf(each), (buckets.get(bucketOf(each)) ?? 0) + 1)
    for (const share of [0.01, 0.25, 0.5, 0.9, 1]) {
      const exact = (sorted[Math.ceil(sorted.length * share) - 1] as number) / MINUTE_S
      expect(Math.abs((quantileOf(buckets, share) as number) - exact)).toBeLessThan(exact < 60 ? 1 : 5)
    }
    expect(quantileOf(new Map(), 0.5)).toBeNull()
    expect(quantileOf(new Map([[3, 0]]), 0.5)).toBeNull()
    expect(quantileOf(new Map([[720, 1]]), 0.5)).toBe(720)
  })
})

describe('what a ticket counts for', () => {
  const ticket = {
    day: '2026-03-01',
    doctor_id: null,
    status: 'waiting',
    waited_s: null,
    consulted_s: null,
    created_at: '2026-02-28 23:59:59.999',
  }

  it('is its people by state and by the hour of the clinic, and the minutes that are over', () => {
    expect(ticketFigures(ticket, 3).map(({ measure, part, value }) => [measure, part, value])).toEqual([
      ['visits', 'waiting', 3],
      ['arrivals', '07', 3],
    ])
    const inside = { ...ticket, status: 'in_consultation', waited_s: 59, consulted_s: 60 }
    expect(ticketFigures(inside, 1).map(({ measure }) => measure)).toEqual(['visits', 'arrivals', 'waiting'])
    const done = ticketFigures({ ...inside, status: 'payment' }, 1)
    expect(done.at(-1)).toMatchObject({ measure: 'consulting', part: '1', value: 1 })
  })

  it('moves with it: only what differs is written', () => {
    const called = { ...ticket, status: 'called', waited_s: 120 }
    const change = difference(ticketFigures(ticket, 1), ticketFigures(called, 1))
    expect(change.map(({ measure, part, value }) => [measure, part, value])).toEqual([
      ['visits', 'waiting', -1],
      ['visits', 'called', 1],
      ['waiting', '2', 1],
    ])
    expect(difference(ticketFigures(called, 1), ticketFigures(called, 1))).toEqual([])
    const toDoctor = difference(ticketFigures(called, 1), ticketFigures({ ...called, doctor_id: '7' }, 1))
    expect(addUp(toDoctor.map((each): Figure => ({ ...each, doctorId: null })))).toEqual([])
  })
})

it('new patients are those of the desk, on the day of the clinic', () => {
  const made = newPatientFigures([
    { importNo: null, createdAt: '2026-02-28 16:00:00.000' },
    { importNo: null, createdAt: '2026-02-28 15:59:59.999' },
    { importNo: 3, createdAt: '2026-02-28 16:00:00.000' },
  ])
  expect(made.map(({ day, value }) => [day, value])).toEqual([
    ['2026-03-01', 1],
    ['2026-02-28', 1],
  ])
})
