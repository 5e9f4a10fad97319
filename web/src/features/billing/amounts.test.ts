import { describe, expect, it } from 'vitest'
import { formatRm, readRm } from './amounts.ts'

describe('amounts', () => {
  it('are read as they are typed', () => {
    expect(['45', '45.5', '45,50', ' 0.05 ', '123456.78'].map(readRm)).toEqual([
      4500, 4550, 4550, 5, 12_345_678,
    ])
  })

  it('are refused when they are none', () => {
    expect(['', '-5', '4.555', '1e3', '1234567', 'RM 5', '.5', '5.'].map(readRm)).toEqual(Array(8).fill(null))
  })

  it('are shown with the thousands apart and a real minus', () => {
    expect(
      ['0.00', '999.95', '1234.50', '-1234567.05'].map(formatRm).map((text) => text.replace('\u00a0', ' ')),
    ).toEqual(['RM 0.00', 'RM 999.95', 'RM 1,234.50', '−RM 1,234,567.05'])
  })
})
