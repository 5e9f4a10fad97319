import { expect, it } from 'vitest'
import { FIRST_WEEK, hasHours, wrongDays } from './week.ts'

it('finds the days that are no stretches of time in order', () => {
  expect(wrongDays(FIRST_WEEK)).toEqual([])
  expect(
    wrongDays({
      mon: [{ from: '09:00', to: '08:00' }],
      tue: [
        { from: '09:00', to: '13:00' },
        { from: '12:00', to: '18:00' },
      ],
      wed: [{ from: '9', to: '' }],
      thu: [{ from: '09:00', to: '24:00' }],
      fri: [],
      sat: [
        { from: '09:00', to: '13:00' },
        { from: '13:00', to: '14:00' },
      ],
    }),
  ).toEqual(['mon', 'tue', 'wed', 'thu'])
})

it('knows a week without work', () => {
  expect([hasHours({}), hasHours({ mon: [] }), hasHours(FIRST_WEEK)]).toEqual([false, false, true])
})
