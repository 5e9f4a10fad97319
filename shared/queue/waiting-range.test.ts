import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { waitingRange } from './waiting-range.ts'

/** Random numbers that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

describe('the waiting range', () => {
  it('says nothing of too few calls', () => {
    expect(waitingRange(3, [])).toBeNull()
    expect(waitingRange(3, [60, 60, 60])).toBeNull()
  })

  it('is narrow for a steady line', () => {
    expect(waitingRange(4, [300, 300, 300, 300, 300])).toEqual({ fromMin: 25, toMin: 30 })
    expect(waitingRange(0, [60, 60, 60, 60])).toEqual({ fromMin: 0, toMin: 5 })
  })

  it.each([[5], [10], [20]])('holds for at least seven of ten patients after %d calls', (calls) => {
    const random = seeded(calls)
    const gap = () => -Math.log(1 - random()) * 360
    let held = 0
    const trials = 2000
    for (let n = 0; n < trials; n++) {
      const range = waitingRange(n % 12, Array.from({ length: calls }, gap))
      let waitS = 0
      for (let turn = 0; turn <= n % 12; turn++) waitS += gap()
      if (range !== null && waitS >= range.fromMin * 60 && waitS <= range.toMin * 60) held++
    }
    expect(held / trials).toBeGreaterThan(0.7)
  })

  it('is never empty and never negative', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.array(fc.integer({ min: 0, max: 7200 }), { minLength: 4 }),
        (ahead, gaps) => {
          const range = waitingRange(ahead, gaps)
          expect(range?.fromMin).toBeGreaterThanOrEqual(0)
          expect(range?.toMin).toBeGreaterThan(range?.fromMin ?? 0)
        },
      ),
    )
  })
})
