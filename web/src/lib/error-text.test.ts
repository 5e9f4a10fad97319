import { beforeAll, expect, it } from 'vitest'
import { errorText } from './error-text.ts'
import { formatClock } from './format.ts'
import { startI18n } from './i18n.ts'
import { HttpError } from './problem.ts'

beforeAll(() => startI18n('en'))

it('says when to come back after too many requests: in seconds, at a time, or after a while', () => {
  const limited = (retryAfterS?: number) =>
    errorText(new HttpError(429, { code: 'rate/limited' }, retryAfterS))
  expect(limited(12)).toBe('Too many requests. Try again in 12 seconds.')
  expect(limited()).toBe('Too many requests. Wait a little and try again.')
  const laterMs = Date.now() + 3_600_000
  expect(
    ['', 1].map((_, n) => formatClock(laterMs + n * 60_000)).some((time) => limited(3600).includes(time)),
  ).toBe(true)
})
