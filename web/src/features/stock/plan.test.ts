import { describe, expect, it } from 'vitest'
import { daysBetween, planOf } from './plan.ts'
import type { Stock } from './types.ts'

const batch = (id: string, expiresOn: string, onHand: number): Stock['batches'][number] => ({
  id,
  batchNo: `B${id}`,
  expiresOn,
  expired: false,
  onHand,
  supplier: null,
  receivedAt: '2026-01-01T00:00:00Z',
  version: 1,
})
const stockOf = (batches: Stock['batches']): Stock => ({
  medicationId: '7',
  name: 'Paracetamol 500 mg tablet',
  unit: 'tablet',
  onHand: 0,
  available: 0,
  reorderLevel: 0,
  low: false,
  batches,
  version: 1,
})
const TODAY = '2026-11-28'

describe('what will be taken for the lines of a visit', () => {
  it('goes over as many batches as it needs, first expired first out, and leaves what is over', () => {
    const stock = stockOf([
      batch('1', '2027-03-01', 100),
      batch('2', '2026-12-01', 10),
      batch('3', '2026-11-27', 50),
    ])
    const plan = planOf([{ id: 'a', medicationId: '7', quantity: 18 }], new Map([['7', stock]]), TODAY)
    expect(plan.get('a')).toMatchObject({ enough: true, available: 110 })
    expect(plan.get('a')?.parts.map((part) => [part.batch.id, part.quantity])).toEqual([
      ['2', 10],
      ['1', 8],
    ])
    expect(stock.batches.map(({ onHand }) => onHand)).toEqual([100, 10, 50])
  })

  it('counts what the lines before take away', () => {
    const stocks = new Map([['7', stockOf([batch('1', '2027-03-01', 20)])]])
    const lines = ['a', 'b'].map((id) => ({ id, medicationId: '7', quantity: 15 }))
    const plan = planOf(lines, stocks, TODAY)
    expect(plan.get('a')).toMatchObject({ enough: true, available: 20 })
    expect(plan.get('b')).toMatchObject({ enough: false, available: 5, parts: [] })
  })
})

describe('days between', () => {
  it('counts over the end of a month and back', () => {
    expect([daysBetween(TODAY, '2026-12-01'), daysBetween(TODAY, '2026-11-27')]).toEqual([3, -1])
  })
})
