import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { panelShare } from '../panels/rules.ts'
import { allocate, isCashAmount, rmOf, roundCash, senOf, shareOf } from './money.ts'
import { ITEM_KINDS } from './rules.ts'
import { type Discount, type Line, sumsOf } from './totals.ts'

const sen = fc.integer({ min: 0, max: 99_999_999 })
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

const line: fc.Arbitrary<Line> = fc.record({
  kind: fc.constantFrom(...ITEM_KINDS),
  quantity: fc.integer({ min: 1, max: 99 }),
  unitPriceSen: fc.integer({ min: 0, max: 99_999 }),
})
const discount: fc.Arbitrary<Discount | null> = fc.option(
  fc.oneof(
    fc.record({ kind: fc.constant('amount' as const), value: sen }),
    fc.record({ kind: fc.constant('percent' as const), value: fc.integer({ min: 0, max: 10_000 }) }),
  ),
)
const tax = fc.record({
  basisPoints: fc.integer({ min: 0, max: 2000 }),
  kinds: fc.subarray([...ITEM_KINDS]),
})

describe('amounts', () => {
  it('go to text and back, and never through a float', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), (amount) => {
        const text = rmOf(amount)
        expect(text).toMatch(/^-?[0-9]+\.[0-9]{2}$/)
        expect(senOf(text)).toBe(amount)
      }),
    )
    expect([rmOf(0), rmOf(5), rmOf(-5), rmOf(4500)]).toEqual(['0.00', '0.05', '-0.05', '45.00'])
    for (const text of ['1', '1.5', '01.00', '', '1,00', '1e3', ' 1.00'])
      expect(() => senOf(text)).toThrow(RangeError)
  })

  it('are rounded to the nearest 5 sen', () => {
    const rounded = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(roundCash)
    expect(rounded).toEqual([0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10])
    fc.assert(
      fc.property(sen, (amount) => {
        expect(isCashAmount(roundCash(amount))).toBe(true)
        expect(Math.abs(roundCash(amount) - amount)).toBeLessThanOrEqual(2)
      }),
    )
  })

  it('are shared out without a sen lost, nobody more than he has', () => {
    fc.assert(
      fc.property(
        fc.array(sen, { maxLength: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (weights, part) => {
          const amount = Math.floor(sum(weights) * part)
          const parts = allocate(amount, weights)
          expect(sum(parts)).toBe(amount)
          parts.forEach((each, at) => {
            expect(each).toBeGreaterThanOrEqual(0)
            expect(each).toBeLessThanOrEqual(weights[at] as number)
          })
        },
      ),
    )
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33])
  })

  it('take a percentage with half a sen up', () => {
    expect([shareOf(1, 5000), shareOf(3, 5000), shareOf(1250, 800), shareOf(0, 10_000)]).toEqual([
      1, 2, 100, 0,
    ])
  })
})

describe('a bill', () => {
  it('adds up: lines − discount + tax, to the sen, whatever is on it', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), discount, tax, (lines, off, sst) => {
        const sums = sumsOf(lines, off, sst)
        const gross = sum(lines.map(({ quantity, unitPriceSen }) => quantity * unitPriceSen))
        expect(sums.subtotalSen).toBe(gross)
        expect(sums.totalSen).toBe(gross - sums.discountSen + sums.sstSen)
        expect(sum(sums.lines.map(({ amountSen }) => amountSen))).toBe(sums.totalSen)
        expect(sum(sums.lines.map(({ discountSen }) => discountSen))).toBe(sums.discountSen)
        expect(sums.totalSen).toBeGreaterThanOrEqual(0)
        if (off?.kind === 'amount') expect(sums.discountSen).toBe(Math.min(off.value, gross))
        sums.lines.forEach(({ sstSen, sstBp, amountSen, discountSen }, at) => {
          const { kind, quantity, unitPriceSen } = lines[at] as Line
          if (!sst.kinds.includes(kind)) expect([sstSen, sstBp]).toEqual([0, 0])
          expect(amountSen).toBe(quantity * unitPriceSen - discountSen + sstSen)
        })
      }),
    )
  })

  it('split among those on it costs the same', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(3), { minLength: 20, maxLength: 20 }),
        tax,
        (lines, owners, sst) => {
          const parts = [0, 1, 2, 3].map((owner) => lines.filter((_, at) => owners[at] === owner))
          const whole = sumsOf(lines, null, sst).totalSen
          expect(sum(parts.map((part) => sumsOf(part, null, sst).totalSen))).toBe(whole)
        },
      ),
    )
  })
})

describe('the share of a panel', () => {
  const limit = fc.option(sen)
  const rule = fc.record({
    percentBp: fc.integer({ min: 0, max: 10_000 }),
    copaySen: sen,
    visitCapSen: limit,
    yearLimitSen: limit,
  })

  it('is never more than the total, the cap and what is left of the year', () => {
    fc.assert(
      fc.property(sen, rule, sen, (totalSen, coverage, usedSen) => {
        const share = panelShare(totalSen, coverage, usedSen)
        expect(Number.isInteger(share)).toBe(true)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(Math.max(0, totalSen - coverage.copaySen))
        if (coverage.visitCapSen !== null) expect(share).toBeLessThanOrEqual(coverage.visitCapSen)
        if (coverage.yearLimitSen !== null && usedSen <= coverage.yearLimitSen)
          expect(share + usedSen).toBeLessThanOrEqual(coverage.yearLimitSen)
      }),
    )
  })

  it.each([
    [10_000, { percentBp: 10_000, copaySen: 0, visitCapSen: null, yearLimitSen: null }, 0, 10_000],
    [10_000, { percentBp: 8000, copaySen: 500, visitCapSen: null, yearLimitSen: null }, 0, 7600],
    [10_000, { percentBp: 10_000, copaySen: 0, visitCapSen: 6000, yearLimitSen: null }, 0, 6000],
    [10_000, { percentBp: 10_000, copaySen: 0, visitCapSen: 6000, yearLimitSen: 50_000 }, 47_000, 3000],
    [10_000, { percentBp: 10_000, copaySen: 0, visitCapSen: null, yearLimitSen: 50_000 }, 50_000, 0],
    [400, { percentBp: 10_000, copaySen: 500, visitCapSen: null, yearLimitSen: null }, 0, 0],
  ])('of %i by %j after %i is %i', (total, coverage, used, share) => {
    expect(panelShare(total, coverage, used)).toBe(share)
  })
})
