import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCashAmount, roundCash } from './money.ts'
import { METHODS } from './rules.ts'
import { type AskedTender, type Plan, planTenders } from './tenders.ts'

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)
const amount = fc.integer({ min: 0, max: 20_000 })
const asked: fc.Arbitrary<AskedTender> = fc.record(
  {
    method: fc.constantFrom(...METHODS),
    amountSen: fc.option(fc.oneof(amount, amount.map(roundCash)), { nil: undefined }),
    tenderedSen: fc.option(amount.map(roundCash), { nil: undefined }),
  },
  { requiredKeys: ['method'] },
)

const planned = (tenders: AskedTender[], balanceSen: number, panelSen = 0, deposit = false): Plan => {
  const plan = planTenders(tenders, { balanceSen, panelSen }, deposit)
  if ('fault' in plan) throw new Error(plan.fault.message)
  return plan
}
const fault = (tenders: AskedTender[], balanceSen: number, panelSen = 0, deposit = false) => {
  const plan = planTenders(tenders, { balanceSen, panelSen }, deposit)
  return 'fault' in plan ? plan.fault.path : null
}

describe('tenders', () => {
  it('pay what they say: no sen is lost, taken twice or kept, whatever is handed over', () => {
    let taken = 0
    fc.assert(
      fc.property(
        fc.array(asked, { maxLength: 4 }),
        fc.integer({ min: -5000, max: 30_000 }),
        amount,
        fc.boolean(),
        (tenders, balanceSen, panelSen, deposit) => {
          const plan = planTenders(tenders, { balanceSen, panelSen }, deposit)
          if ('fault' in plan) return
          taken++
          expect(sum(plan.tenders.map(({ amountSen }) => amountSen))).toBe(plan.amountSen)
          const left = balanceSen + plan.roundingSen - plan.amountSen
          if (plan.settles) expect(left).toBe(0)
          else if (!deposit) expect(left).toBeGreaterThan(0)
          if (deposit) expect(plan.settles).toBe(false)
          expect(Math.abs(plan.roundingSen)).toBeLessThanOrEqual(2)
          if (plan.roundingSen !== 0) expect(plan.settles).toBe(true)
          for (const each of plan.tenders) {
            expect(each.amountSen).toBeGreaterThanOrEqual(0)
            if (each.method === 'panel') expect(each.amountSen).toBeLessThanOrEqual(panelSen)
            if (each.method !== 'cash') expect([each.tenderedSen, each.changeSen]).toEqual([null, null])
            else {
              expect(isCashAmount(each.amountSen)).toBe(true)
              expect((each.tenderedSen ?? 0) - (each.changeSen ?? 0)).toBe(each.amountSen)
              expect(each.changeSen).toBeGreaterThanOrEqual(0)
            }
          }
        },
      ),
      { numRuns: 5000 },
    )
    expect(taken).toBeGreaterThan(100)
  })

  it('a bill can always be paid off in coins, alone or with a card before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), fc.nat(30_000), (balanceSen, card) => {
        const byCard = card > 0 && card < balanceSen ? [{ method: 'card', amountSen: card } as const] : []
        const rest = balanceSen - (byCard[0]?.amountSen ?? 0)
        const plan = planned([...byCard, { method: 'cash', tenderedSen: roundCash(rest) }], balanceSen)
        expect(plan.settles).toBe(true)
      }),
    )
  })

  it('round cash alone, and only when it pays the bill off', () => {
    expect(planned([{ method: 'cash', tenderedSen: 5000 }], 4503)).toMatchObject({
      amountSen: 4505,
      roundingSen: 2,
      settles: true,
      tenders: [{ changeSen: 495 }],
    })
    expect(planned([{ method: 'card', amountSen: 4503 }], 4503)).toMatchObject({
      roundingSen: 0,
      settles: true,
    })
    const mixed: AskedTender[] = [
      { method: 'card', amountSen: 1001 },
      { method: 'cash', tenderedSen: 4000 },
    ]
    expect(planned(mixed, 4503)).toMatchObject({ amountSen: 4501, roundingSen: -2, settles: true })
    expect(planned([{ method: 'cash', tenderedSen: 2000 }], 4503)).toMatchObject({
      roundingSen: 0,
      settles: false,
    })
    expect(planned([{ method: 'cash', amountSen: 2000, tenderedSen: 5000 }], 4503)).toMatchObject({
      amountSen: 2000,
      tenders: [{ changeSen: 3000 }],
    })
  })

  it('let the panel pay its share and no more', () => {
    expect(planned([{ method: 'panel' }, { method: 'cash', tenderedSen: 1000 }], 4000, 3000)).toMatchObject({
      settles: true,
      tenders: [
        { method: 'panel', amountSen: 3000 },
        { method: 'cash', amountSen: 1000 },
      ],
    })
    expect(fault([{ method: 'panel', amountSen: 3001 }], 4000, 3000)).toBe('tenders.0.amount')
    expect(fault([{ method: 'panel' }], 4000, 0)).toBe('tenders.0.amount')
    expect(fault([{ method: 'panel' }], 4000, 3000, true)).toBe('tenders')
  })

  it('may be more than the bill as a deposit, and close a bill of which nothing is due', () => {
    expect(planned([{ method: 'cash', tenderedSen: 5000 }], 0, 0, true)).toMatchObject({
      amountSen: 5000,
      settles: false,
    })
    expect(planned([], 0)).toMatchObject({ amountSen: 0, settles: true })
  })

  it.each([
    ['nothing, though something is due', [], 100, 'tenders'],
    ['nothing, though something is owed back', [], -100, 'tenders'],
    ['more by card', [{ method: 'card', amountSen: 101 }], 100, 'tenders'],
    ['a card without an amount', [{ method: 'card' }], 100, 'tenders.0.amount'],
    ['change from a card', [{ method: 'card', amountSen: 100, tenderedSen: 200 }], 100, 'tenders.0.tendered'],
    [
      'cash twice',
      [
        { method: 'cash', tenderedSen: 50 },
        { method: 'cash', tenderedSen: 50 },
      ],
      100,
      'tenders',
    ],
    ['cash of one sen', [{ method: 'cash', tenderedSen: 101 }], 100, 'tenders.0.tendered'],
    ['cash without an amount', [{ method: 'cash' }], 100, 'tenders.0.tendered'],
    [
      'less than the amount',
      [{ method: 'cash', amountSen: 100, tenderedSen: 50 }],
      100,
      'tenders.0.tendered',
    ],
    ['more in cash', [{ method: 'cash', amountSen: 105, tenderedSen: 200 }], 100, 'tenders.0.amount'],
    ['no cash', [{ method: 'cash', tenderedSen: 0 }], 100, 'tenders.0.amount'],
    ['cash though nothing is due', [{ method: 'cash', tenderedSen: 100 }], 0, 'tenders.0.tendered'],
  ] as [string, AskedTender[], number, string][])('refuse %s', (_, tenders, balance, path) => {
    expect(fault(tenders, balance)).toBe(path)
  })

  it('round one or two sen that are left over away', () => {
    expect(planned([{ method: 'cash', tenderedSen: 0 }], 2)).toMatchObject({
      amountSen: 0,
      roundingSen: -2,
      settles: true,
    })
  })
})
