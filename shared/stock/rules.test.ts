import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Shelf, takeFirstExpiring } from './rules.ts'

const DAY = '2026-06-15'
const batch = (id: string, expiresOn: string, onHand: number): Shelf => ({
  id,
  medicationId: '1',
  expiresOn,
  onHand,
})

describe('first expired, first out', () => {
  it('takes from as many batches as it needs, those that expire first before the others', () => {
    const shelves = [batch('1', '2027-01-01', 10), batch('2', '2026-07-01', 3), batch('3', '2026-08-01', 4)]
    expect(takeFirstExpiring(shelves, 8, DAY)).toEqual([
      { batchId: '2', quantity: 3 },
      { batchId: '3', quantity: 4 },
      { batchId: '1', quantity: 1 },
    ])
    expect(shelves.map(({ onHand }) => onHand)).toEqual([9, 0, 0])
  })

  it('hands a batch out on its last day and never after', () => {
    const shelves = [batch('1', '2026-06-14', 5), batch('2', '2026-06-15', 5)]
    expect(takeFirstExpiring(shelves, 5, DAY)).toEqual([{ batchId: '2', quantity: 5 }])
    expect(takeFirstExpiring(shelves, 1, DAY)).toBeNull()
  })

  it('takes all or nothing', () => {
    const shelves = [batch('1', '2027-01-01', 5), batch('2', '2027-02-01', 5)]
    expect(takeFirstExpiring(shelves, 11, DAY)).toBeNull()
    expect(shelves.map(({ onHand }) => onHand)).toEqual([5, 5])
  })

  const day = fc
    .integer({ min: 0, max: 400 })
    .map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10))
  const shelves = fc
    .array(fc.record({ expiresOn: day, onHand: fc.nat(20) }), { maxLength: 8 })
    .map((list) => list.map(({ expiresOn, onHand }, n) => batch(String(n + 1), expiresOn, onHand)))

  it('keeps every unit, never goes below zero, and leaves nothing that expires sooner than what it took', () => {
    fc.assert(
      fc.property(shelves, fc.integer({ min: 1, max: 60 }), (list, quantity) => {
        const before = structuredClone(list)
        const taken = takeFirstExpiring(list, quantity, DAY)
        const usable = before.filter(({ expiresOn }) => expiresOn >= DAY)
        const available = usable.reduce((sum, { onHand }) => sum + onHand, 0)
        if (taken === null) {
          expect(available).toBeLessThan(quantity)
          expect(list).toEqual(before)
          return
        }
        expect(taken.reduce((sum, part) => sum + part.quantity, 0)).toBe(quantity)
        for (const part of taken) {
          const was = before.find(({ id }) => id === part.batchId) as Shelf
          const is = list.find(({ id }) => id === part.batchId) as Shelf
          expect(was.onHand - part.quantity).toBe(is.onHand)
          expect(is.onHand).toBeGreaterThanOrEqual(0)
          expect(was.expiresOn >= DAY).toBe(true)
        }
        const last = taken.at(-1)
        const lastExpiry = before.find(({ id }) => id === last?.batchId)?.expiresOn ?? ''
        for (const { onHand } of list.filter(({ expiresOn }) => expiresOn >= DAY && expiresOn < lastExpiry))
          expect(onHand).toBe(0)
      }),
    )
  })
})
