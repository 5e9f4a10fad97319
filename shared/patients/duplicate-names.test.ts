import { describe, expect, it } from 'vitest'
import { isOneSlip, likeness, tellingWords } from './duplicate-names.ts'

const compare = (a: string, b: string) => likeness(tellingWords(a), tellingWords(b))

describe('the likeness of two names', () => {
  it.each([
    ['Siti Aminah binti Omar', 'AMINAH SITI BT. OMAR'],
    ['Mohd Faizal bin Ahmad', 'Muhammad Faizal Ahmad'],
    ['Arun a/l Naidu', 'Naidu Arun'],
    ['José Núñez', 'jose nunez'],
    ['李小龙', '李小龙'],
    ['bin', 'bin'],
  ])('takes %s and %s for the same', (a, b) => {
    expect(compare(a, b)).toBe('same')
    expect(compare(b, a)).toBe('same')
  })

  it.each([
    ['Siti Aminah binti Omar', 'Siti Aminha Omar'],
    ['Kumaresan Pillai', 'Kumaresen Pillai'],
    ['Nurhaliza Tarudin', 'Nurhaliza Tarudin Hassan'],
    ['Faizal Rahman', 'Faisal Rahman'],
  ])('finds %s and %s similar', (a, b) => {
    expect(compare(a, b)).toBe('similar')
    expect(compare(b, a)).toBe('similar')
  })

  it.each([
    ['Tan Wei', 'Tang Wei'],
    ['Aminah', 'Aminah Omar'],
    ['Ali bin Abu', 'Abu bin Bakar'],
    ['Siti Aminah', 'Siti Aishah'],
    ['', 'Aminah'],
    ['Aminah Rohani Kassim', 'Aminha Rohnai Ksasim X Y Z'],
  ])('keeps %s and %s apart', (a, b) => {
    expect(compare(a, b)).toBe('different')
    expect(compare(b, a)).toBe('different')
  })

  it('knows one slip from two', () => {
    const slips = [
      ['aminah', 'amina'],
      ['aminah', 'aminha'],
      ['aminah', 'aminax'],
      ['aminah', 'xaminah'],
      ['', 'a'],
    ]
    for (const [a, b] of slips) expect(isOneSlip(a as string, b as string), `${a} ${b}`).toBe(true)
    const more = [
      ['aminah', 'amixax'],
      ['aminah', 'aamin'],
      ['abcd', 'badc'],
      ['aminah', 'aminahxx'],
    ]
    for (const [a, b] of more) expect(isOneSlip(a as string, b as string), `${a} ${b}`).toBe(false)
  })
})
