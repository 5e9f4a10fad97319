import { beforeAll, describe, expect, it } from 'vitest'
import { errorText } from './error-text.ts'
import * as format from './format.ts'
import { startI18n } from './i18n.ts'
import { HttpError } from './problem.ts'

beforeAll(() => startI18n('en'))

describe('format', () => {
  it.each([
    ['24/11/2026', '2026-11-24'],
    ['24112026', '2026-11-24'],
    ['1.2.2020', '2020-02-01'],
    ['2020-02-29', '2020-02-29'],
    ['31/02/2020', null],
    ['01/02/03', null],
  ])('reads the day %s as %s', (text, day) => expect(format.readDay(text)).toBe(day))

  it.each([
    ['9', '09:00'],
    ['930', '09:30'],
    ['9.05', '09:05'],
    ['23:59', '23:59'],
    ['0000', '00:00'],
    ['24:00', null],
    ['9:60', null],
    ['', null],
  ])('reads the time %j as %j', (text, time) => expect(format.readTime(text)).toBe(time))

  it('shows times of the clinic and days that no zone moves', () => {
    expect(format.formatMoment('2026-11-23T17:30:00Z')).toBe('24/11/2026 01:30')
    expect(format.formatDay('2026-11-24')).toBe('24/11/2026')
    expect(format.clinicToday(Date.parse('2026-11-23T17:30:00Z'))).toBe('2026-11-24')
  })

  it('counts whole years', () => {
    const now = Date.parse('2026-11-24T04:00:00Z')
    expect(format.ageYears('2000-11-24', now)).toBe(26)
    expect(format.ageYears('2000-11-25', now)).toBe(25)
    expect(format.ageYears(null, now)).toBeNull()
  })

  it('writes numbers as people read them', () => {
    expect(format.formatIdNumber('NRIC', '880412145678')).toBe('880412-14-5678')
    expect(format.formatIdNumber('PASSPORT', 'A1234567')).toBe('A1234567')
    expect(format.formatPhone('+60123456789')).toBe('012-345 6789')
    expect(format.formatPhone('+60321234567')).toBe('03-2123 4567')
    expect(format.formatPhone('+6588887777')).toBe('+6588887777')
    expect(format.formatDuration(3727)).toBe('1:02:07')
    expect(format.formatBytes(12_400_000)).toBe('12 MB')
  })
})

describe('errorText', () => {
  it('speaks by code, else by status, and says when to come back', () => {
    expect(errorText(new HttpError(401, { code: 'auth/failed' }))).toBe('User name or password is wrong.')
    expect(errorText(new HttpError(404, { code: 'not-found' }))).toBe(
      'This is not here, or not for you to see.',
    )
    expect(errorText(new HttpError(500, { code: 'internal' }))).toContain('What was saved is safe')
    expect(errorText(new HttpError(429, {}, 12))).toBe('Too many requests. Try again in 12 seconds.')
    expect(errorText(new HttpError(429, {}, 1800))).toMatch(/Try again at \d\d:\d\d\./)
    expect(errorText(new Error('x'))).toBe('Something went wrong. Nothing was changed; try again.')
  })
})
