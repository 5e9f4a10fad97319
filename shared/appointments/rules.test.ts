import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { ENDED, STATUSES } from '../queue/rules.ts'
import { CLINIC_ZONE, setClinicZone } from '../units/dates.ts'
import {
  APPOINTMENT_STATUSES,
  type AppointmentStatus,
  followed,
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

describe('what follows a ticket', () => {
  it('ends with it, comes back with it, and nothing else', () => {
    const seen = STATUSES.flatMap((before) =>
      STATUSES.flatMap((after) =>
        APPOINTMENT_STATUSES.flatMap((status) => {
          const next = followed(status, before, after)
          return next === null ? [] : [{ before, after, told: `${status} ${next}` }]
        }),
      ),
    )
    const away = (status: string) => ENDED.includes(status as never) || status === 'no_show'
    for (const { before, after, told } of seen) {
      expect([away(before), away(after)].filter(Boolean), `${before} ${after} ${told}`).toHaveLength(1)
      const [there, of] = away(after) ? [after, told] : [before, told.split(' ').reverse().join(' ')]
      const expected = { completed: 'arrived done', no_show: 'arrived no_show', cancelled: 'arrived booked' }
      expect(of).toBe(expected[there as keyof typeof expected])
    }
    // six states of being here, three ways out and back
    expect(seen).toHaveLength(36)
  })
})

describe('hours', () => {
  afterEach(() => setClinicZone(CLINIC_ZONE))

  it('are those of the clinic, wherever it is', () => {
    setClinicZone('Asia/Jakarta')
    expect(isWithinHours(new Date(`${SATURDAY}T09:00:00+07:00`), 15, HOURS, [])).toBe(true)
    expect(isWithinHours(new Date(`${SATURDAY}T08:00:00+07:00`), 15, HOURS, [])).toBe(false)
    expect(spansOn(HOURS, SATURDAY, [])).toHaveLength(2)
  })

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
