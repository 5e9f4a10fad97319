import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  APPOINTMENT_STATUSES,
  type AppointmentStatus,
  freeStarts,
  isWithinHours,
  mayMove,
  slotsOf,
  spansOn,
} from './rules.ts'

const HOURS = {
  sat: [
    { from: '09:00', to: '13:00' },
    { from: '14:00', to: '17:00' },
  ],
}
const SATURDAY = '2026-11-28'
const at = (time: string) => new Date(`${SATURDAY}T${time}:00+08:00`)

describe('transitions', () => {
  it('are those of the table and nothing else', () => {
    const allowed = new Set(['booked arrived', 'booked no_show', 'booked cancelled', 'arrived done'])
    for (const from of APPOINTMENT_STATUSES)
      for (const to of APPOINTMENT_STATUSES) expect(mayMove(from, to)).toBe(allowed.has(`${from} ${to}`))
  })

  it('lead to an end, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...APPOINTMENT_STATUSES), { maxLength: 30 }), (asked) => {
        let state: AppointmentStatus = 'booked'
        let moves = 0
        for (const to of asked) {
          if (!mayMove(state, to)) continue
          state = to
          moves++
        }
        expect(moves).toBeLessThanOrEqual(2)
      }),
    )
  })
})

describe('hours', () => {
  it('hold the whole appointment, in one stretch, on a day that is no holiday', () => {
    const within = (time: string, minutes: number, holidays: string[] = []) =>
      isWithinHours(at(time), minutes, HOURS, holidays)
    expect([within('09:00', 15), within('12:45', 15), within('16:45', 15)]).toEqual([true, true, true])
    expect([within('08:55', 15), within('12:50', 15), within('12:45', 90), within('17:00', 5)]).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(within('09:00', 15, [SATURDAY])).toBe(false)
    expect(spansOn(HOURS, '2026-11-29', [])).toEqual([])
  })
})

describe('free times', () => {
  it('are exactly those whose slots nobody has, from now on', () => {
    const slot = fc.integer({ min: 0, max: 95 })
    fc.assert(
      fc.property(fc.array(slot), fc.constantFrom(5, 15, 30, 45), (taken, minutes) => {
        const busy = new Set(taken.map((n) => at('09:00').getTime() + n * 300_000))
        const now = at('10:02')
        const free = freeStarts({ day: SATURDAY, minutes, stepMin: 5 }, HOURS, [], busy, now)
        for (const start of free) {
          expect(slotsOf(start, minutes).some((each) => busy.has(each.getTime()))).toBe(false)
          expect(isWithinHours(start, minutes, HOURS, [])).toBe(true)
          expect(start >= now).toBe(true)
        }
        const offered = new Set(free.map((each) => each.getTime()))
        for (let ms = at('10:05').getTime(); ms < at('17:00').getTime(); ms += 300_000) {
          const start = new Date(ms)
          const isFree = slotsOf(start, minutes).every((each) => !busy.has(each.getTime()))
          expect(offered.has(ms)).toBe(isFree && isWithinHours(start, minutes, HOURS, []))
        }
      }),
    )
  })
})
