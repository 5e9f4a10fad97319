import { describe, expect, it } from 'vitest'
import { type Due, exactSen, faultOf, type Part, sumsOf, withPart } from './desk.ts'

const due = (balanceSen: number, more: Partial<Due> = {}): Due => ({
  balanceSen,
  panelSen: 0,
  isDeposit: false,
  ...more,
})
const part = (method: Part['method'], sen: number): Part => ({ method, sen, reference: '' })

describe('what is put down at the desk', () => {
  it('gives change for cash and rounds to 5 sen', () => {
    expect(exactSen('cash', 4503, 0)).toBe(4505)
    expect(sumsOf([part('cash', 5000)], due(4503))).toEqual({
      paidSen: 4505,
      roundingSen: 2,
      changeSen: 495,
      leftSen: 0,
      settles: true,
    })
  })

  it('leaves the rest after a card, which cash pays, whichever comes first', () => {
    const first = sumsOf([part('card', 2000)], due(4503))
    expect(first).toMatchObject({ leftSen: 2503, settles: false })
    for (const parts of [
      [part('card', 2000), part('cash', 5000)],
      [part('cash', 5000), part('card', 2000)],
    ])
      expect(sumsOf(parts, due(4503))).toMatchObject({ changeSen: 2495, leftSen: 0, settles: true })
  })

  it('heaps cash up and refuses what is no payment', () => {
    expect(withPart([part('cash', 1000)], part('cash', 500))).toEqual([part('cash', 1500)])
    expect(faultOf([], part('card', 0), due(4500))).toBe('zero')
    expect(faultOf([], part('cash', 1003), due(4500))).toBe('step')
    expect(faultOf([part('cash', 1000)], part('card', 4000), due(4500))).toBe('over')
    expect(faultOf([], part('panel', 4500), due(4500, { panelSen: 3000 }))).toBe('other')
    expect(faultOf([], part('panel', 3000), due(4500, { panelSen: 3000 }))).toBeNull()
  })

  it('takes a deposit that is more than what is due yet', () => {
    expect(sumsOf([part('card', 5000)], due(0, { isDeposit: true }))).toMatchObject({
      paidSen: 5000,
      settles: false,
    })
  })
})
