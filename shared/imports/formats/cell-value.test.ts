import { describe, expect, it } from 'vitest'
import { dateText, isoText, numberStyle, numberText, plainText } from './cell-value.ts'

const DAY = { isDate: true, hasTime: false, zeros: 0 }
const MOMENT = { isDate: true, hasTime: true, zeros: 0 }

describe('a number', () => {
  it.each([
    ['150', '150'],
    ['17.2', '17.2'],
    ['17.199999999999999', '17.2'],
    ['0.30000000000000004', '0.3'],
    ['881122105432', '881122105432'],
    ['6.0123456789E+10', '60123456789'],
    ['1E-7', '0.0000001'],
    ['-2', '-2'],
    ['1e400', '1e400'],
    ['abc', 'abc'],
  ])('%s is shown as %s', (stored, shown) => expect(numberText(stored)).toBe(shown))

  it('is filled up with zeros where its format says so', () => {
    expect(numberText('5100', numberStyle(164, '00000'))).toBe('05100')
    expect(numberText('5100', numberStyle(164, '#,##0.00'))).toBe('5100')
  })
})

describe('a number format', () => {
  it.each([
    [14, undefined, { isDate: true, hasTime: false }],
    [22, undefined, { isDate: true, hasTime: true }],
    [0, undefined, { isDate: false }],
    [164, 'yyyy\\-mm\\-dd', { isDate: true, hasTime: false }],
    [164, '[$-409]d\\-mmm\\-yy;@', { isDate: true, hasTime: false }],
    [164, 'dd/mm/yyyy\\ hh:mm', { isDate: true, hasTime: true }],
    [164, '[h]:mm:ss', { isDate: true, hasTime: true }],
    [164, '"RM"#,##0.00', { isDate: false }],
    [164, '[$RM-ms-MY]\\ #,##0.00', { isDate: false }],
    [164, '#,##0.00_);[Red]\\(#,##0.00\\)', { isDate: false }],
    [164, '0.00E+00', { isDate: false }],
    [164, 'General', { isDate: false }],
  ])('%s %s', (id, code, style) => expect(numberStyle(id, code)).toMatchObject(style))
})

describe('a date', () => {
  it.each([
    ['32951', '1990-03-19'],
    ['1', '1900-01-01'],
    ['59', '1900-02-28'],
    ['61', '1900-03-01'],
    ['60', '60'],
    ['0', '0'],
    ['-5', '-5'],
    ['2958465', '9999-12-31'],
    ['2958466', '2958466'],
    ['45238.6041666667', '2023-11-08 14:30'],
    ['45238.99999999', '2023-11-09'],
  ])('%s of the 1900 calendar is %s', (stored, shown) => expect(dateText(stored, DAY, false)).toBe(shown))

  it('of the 1904 calendar lies four years and a day later', () => {
    expect(dateText('24472', DAY, true)).toBe('1971-01-01')
    expect(dateText('0', DAY, true)).toBe('1904-01-01')
  })

  it('shows the time where its format does, and seconds where there are any', () => {
    expect(dateText('45238', MOMENT, false)).toBe('2023-11-08 00:00')
    expect(dateText(String(45238 + 1 / 86_400), MOMENT, false)).toBe('2023-11-08 00:00:01')
  })

  it('may be stored as text', () => {
    expect(isoText('2024-02-29T00:00:00')).toBe('2024-02-29 00:00')
    expect(isoText('2024-02-29')).toBe('2024-02-29')
    expect(isoText('2024-02-29T14:30:05.000Z')).toBe('2024-02-29 14:30:05')
    expect(isoText('soon')).toBe('soon')
  })
})

it('a text has back what XML cannot hold', () => {
  expect(plainText('a_x000D_b_x005F_c')).toBe('a\rb_c')
  expect(plainText('snake_xyz_case')).toBe('snake_xyz_case')
})
