import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLINIC_ZONE, clinicDay, clinicDayStart, isZone, parseDay, setClinicZone } from './dates.ts'
import { canonicalName, foldName, MAX_NAME_WORDS, MAX_WORD_LENGTH, nameWords } from './names.ts'
import { canonicalPhone } from './phone.ts'
import { canonicalState } from './states.ts'
import { codePointLength, hasStrayControlCharacter, isLongerThan, trimText, withLfLineEnds } from './text.ts'

describe('days', () => {
  it.each([
    ['2024-02-29', '2024-02-29'],
    ['29/02/2024', '2024-02-29'],
    ['31/12/1900', '1900-12-31'],
    ['29/02/2023', null],
    ['31/02/2024', null],
    ['2024-13-01', null],
    ['0000-01-01', null],
    ['1/2/2003', null],
    ['01/02/03', null],
    ['45123', null],
    ['2024/02/01', null],
    ['20240201', null],
    ['2024-02-01T00:00', null],
    ['２０２４-02-01', null],
    ['', null],
  ])('reads %s as %s', (text, day) => expect(parseDay(text)).toBe(day))

  it('takes the Malaysian day of an instant', () => {
    expect(clinicDay(new Date('2024-02-29T15:59:59.999Z'))).toBe('2024-02-29')
    expect(clinicDay(new Date('2024-02-29T16:00:00Z'))).toBe('2024-03-01')
  })

  it.each([
    ['Asia/Kuala_Lumpur', '2026-03-01', '2026-02-28T16:00:00.000Z'],
    ['Asia/Kathmandu', '2026-03-01', '2026-02-28T18:15:00.000Z'],
    ['UTC', '2026-03-01', '2026-03-01T00:00:00.000Z'],
    // summer time begins and ends in the hours after these midnights
    ['Europe/London', '2026-03-29', '2026-03-29T00:00:00.000Z'],
    ['Europe/London', '2026-03-30', '2026-03-29T23:00:00.000Z'],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    ['America/New_York', '2026-11-02', '2026-11-02T05:00:00.000Z'],
  ])('counts days in the zone that is set (%s, %s)', (zone, day, begins) => {
    setClinicZone(zone)
    try {
      expect(clinicDayStart(day).toISOString()).toBe(begins)
      expect(clinicDay(Date.parse(begins))).toBe(day)
      expect(clinicDay(Date.parse(begins) - 1) < day).toBe(true)
    } finally {
      setClinicZone(CLINIC_ZONE)
    }
  })

  it('knows zones by name', () => {
    expect(['Asia/Kuala_Lumpur', 'UTC', 'Asia/Nowhere', ''].map(isZone)).toEqual([true, true, false, false])
  })
})

describe('telephone numbers', () => {
  it.each([
    ['0101357098', '+60101357098'],
    ['012-345 6789', '+60123456789'],
    ['(03) 8888-1234', '+60388881234'],
    ['60123456789', '+60123456789'],
    ['+60 12 345 6789', '+60123456789'],
    ['01179585263', '+601179585263'],
    ['092259769', '+6092259769'],
    ['+65 6123 4567', '+6561234567'],
    ['+1 555 148 5235', '+15551485235'],
    ['555-148-5235', null],
    ['+6012', null],
    ['0060123456789', null],
    ['+1234567890123456', null],
    ['01-23', null],
    ['012345678x', null],
    ['nil', null],
    ['０１２３４５６７８９', null],
  ])('reads %s as %s', (text, phone) => expect(canonicalPhone(text)).toBe(phone))
})

describe('states', () => {
  it.each([
    ['Pulau Pinang', 'Pulau Pinang'],
    ['PENANG', 'Pulau Pinang'],
    ['malacca', 'Melaka'],
    ['wp kuala lumpur', 'Kuala Lumpur'],
    ['Wilayah  Persekutuan Labuan', 'Labuan'],
    ['MA', null],
    ['toString', null],
  ])('reads %s as %s', (text, state) => expect(canonicalState(text)).toBe(state))
})

describe('names', () => {
  it('are stored composed with single spaces', () => {
    expect(canonicalName('  Jose\u0301 \u00a0 Garci\u0301a\u3000')).toBe('José García')
    expect(canonicalName('Emily\t \nClarke')).toBe('Emily Clarke')
  })

  it.each([
    ['Naidu A/L Arun', ['naidu', 'a', 'l', 'arun']],
    ['Ann @ Siti binti Ann', ['ann', 'siti', 'binti']],
    ['JOSÉ García-Łukasz Ødegård Straße', ['jose', 'garcia', 'lukasz', 'odegard', 'strasse']],
    ["O'Brien", ['o', 'brien']],
    ['İbrahim IŞIK ışık', ['ibrahim', 'isik']],
    ['Ａｌｉ', ['ali']],
    ['黄淑芬 (Rohana)', ['黄淑芬', 'rohana']],
    ['கார்த்திக் ராஜா', ['கார்த்திக்', 'ராஜா']],
    ['مُحَمَّد', ['محمد']],
    ['Ali\u200bBaba', ['alibaba']],
    ['𠮷田', ['𠮷田']],
    ['- @ /', []],
  ])('%s has the words %j', (name, words) => expect(nameWords(name)).toEqual(words))

  it('have bounded, distinct words that fold to themselves', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const words = nameWords(name)
        expect(words.length).toBeLessThanOrEqual(MAX_NAME_WORDS)
        expect(new Set(words).size).toBe(words.length)
        for (const word of words) expect(codePointLength(word)).toBeLessThanOrEqual(MAX_WORD_LENGTH)
        expect(foldName(foldName(name))).toBe(foldName(name))
      }),
    )
  })
})

describe('text', () => {
  it('trims as the import rules say', () => {
    expect(trimText('\u00a0 \u3000x y\u3000\t')).toBe('x y')
    expect(trimText('é')).toBe('é')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => trimText(text) === text.trim()))
  })

  it('counts code points', () => {
    expect(codePointLength('a𠮷')).toBe(2)
    expect(isLongerThan('𠮷𠮷', 2)).toBe(false)
    expect(isLongerThan('𠮷𠮷a', 2)).toBe(true)
  })

  it('knows line ends from control characters', () => {
    expect(withLfLineEnds('a\r\nb\rc\nd')).toBe('a\nb\nc\nd')
    expect(hasStrayControlCharacter('a\tb\nc')).toBe(false)
    expect(hasStrayControlCharacter('a\u0085')).toBe(true)
  })
})
