import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { senOf } from '../../shared/billing/rules.ts'
import type { Bill } from '../../shared/billing/schema.ts'
import { type BillingApi, startBillingApi } from './testing.ts'

let api: BillingApi

beforeAll(async () => {
  api = await startBillingApi()
  await api.openShift(api.as.admin)
})
afterAll(() => api.close())

/** What somebody may do to a bill, whether it is the moment or not. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant('pay' as const), part: fc.constantFrom(20, 50, 100) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('cash' as const), part: fc.constantFrom(50, 100, 150) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('deposit' as const), sen: fc.integer({ min: 1, max: 4000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('void', 'refund'), which: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('refund-part' as const),
      which: fc.nat(5),
      sen: fc.integer({ min: 1, max: 3000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('item' as const), sen: fc.integer({ min: 0, max: 5000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('discount' as const), sen: fc.integer({ min: 0, max: 3000 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ act: 'renew' as const }) },
  { weight: 1, arbitrary: fc.constant({ act: 'close' as const }) },
)
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never

/** Which states follow which; the table of the clinic, written down once more. */
const NEXT: Record<Bill['status'], Bill['status'][]> = {
  open: ['open', 'part_paid', 'paid'],
  part_paid: ['part_paid', 'paid', 'open'],
  paid: ['paid', 'refunded', 'void', 'part_paid'],
  refunded: ['refunded', 'open'],
  void: ['void', 'open'],
}

const rm = (sen: number) => (sen / 100).toFixed(2)

function send(bill: Bill, each: Step) {
  const { visitId, version, balance } = bill
  const path = `/api/bills/${visitId}`
  const as = api.as.admin
  const due = Math.max(0, senOf(balance))
  const pay = (tenders: Record<string, unknown>[], more = {}) =>
    api.pay(visitId, tenders, { version, balance, ...more }, { cookie: as, key: randomUUID() })
  const payment = 'which' in each ? bill.payments[each.which] : undefined
  const reason = 'Because'
  switch (each.act) {
    case 'pay':
      return pay([{ method: 'card', amount: rm(Math.max(1, Math.floor((due * each.part) / 100))) }])
    case 'cash':
      return pay([{ method: 'cash', tendered: rm(Math.round((due * each.part) / 500) * 5) }])
    case 'deposit':
      return pay([{ method: 'duitnow', amount: rm(each.sen) }], { deposit: true })
    case 'close':
      return pay([])
    case 'item':
      return api
        .call('post', `${path}/items`, as)
        .send({ version, kind: 'other', description: 'x', quantity: 1, unitPrice: rm(each.sen) })
    case 'discount':
      return api.call('put', `${path}/discount`, as).send({ version, amount: rm(each.sen), reason })
    case 'renew':
      return api.call('post', `${path}/renew`, as).send({ version })
    case 'refund-part':
      return api
        .call('post', `/api/payments/${payment?.id ?? '0'}/refund`, as)
        .send({ version: payment?.version ?? 1, reason, amount: rm(each.sen), method: 'card' })
    default:
      return api
        .call('post', `/api/payments/${payment?.id ?? '0'}/${each.act}`, as)
        .send({ version: payment?.version ?? 1, reason })
  }
}

/** Everything about the money of a visit, straight from the tables. */
async function books(visitId: string) {
  const payments = await api.deps.db('payments').where({ visit_id: visitId }).orderBy('id')
  const ids = payments.map(({ id }) => id)
  const tenders = await api.deps.db('payment_tenders').whereIn('payment_id', ids).orderBy('id')
  return { payments, tenders, bills: await api.deps.db('bills').where({ visit_id: visitId }).orderBy('id') }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

describe('whatever is done to bills', () => {
  it('follows the table of states, is all or nothing, and no sen is lost', async () => {
    const taken = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
        const { visitId } = await api.payable('30.00')
        let before = await api.bill(visitId, api.as.admin)
        for (const each of steps) {
          const booksBefore = await books(visitId)
          const answer = await send(before, each)
          const after = await api.bill(visitId, api.as.admin)
          const told = `${JSON.stringify(each)} on ${before.status}: ${answer.status} ${answer.text.slice(0, 300)}`
          expect([200, 201, 404, 409, 422], told).toContain(answer.status)
          const now = await books(visitId)
          if (answer.status >= 400) {
            expect(now, told).toEqual(booksBefore)
            expect(after, told).toEqual(before)
            continue
          }
          taken.add(`${before.status} ${each.act} ${after.status}`)
          expect(after.version, told).toBe(before.version + 1)
          expect(NEXT[before.status], told).toContain(after.status)
          // nothing of what was there is gone or another sum
          for (const [at, row] of booksBefore.payments.entries())
            expect(now.payments[at]).toMatchObject({
              id: row.id,
              number: row.number,
              amount_sen: row.amount_sen,
            })
          for (const row of now.payments)
            expect(sum(now.tenders.filter((t) => t.payment_id === row.id).map((t) => t.amount_sen))).toBe(
              row.amount_sen,
            )
          const live = now.bills.find((row) => row.live === 1)
          const own = now.payments.filter((row) => row.bill_id === live?.id)
          const net = sum(own.map((row) => row.amount_sen))
          expect(senOf(after.paid) - senOf(after.refunded), told).toBe(net)
          expect(sum(after.items.map(({ amount }) => senOf(amount)))).toBe(senOf(after.total))
          const left = senOf(after.total) + senOf(after.rounding) - net
          if (after.status === 'open' || after.status === 'part_paid') expect(senOf(after.balance)).toBe(left)
          // what was given back while the bill was still open has been paid again since; the rest stays given back
          if (after.status === 'paid') {
            expect(left, told).toBeGreaterThanOrEqual(0)
            expect(left, told).toBeLessThanOrEqual(senOf(after.refunded))
          }
          if (after.status === 'refunded' || after.status === 'void') expect(net).toBe(0)
          before = after
        }
      }),
      { numRuns: 25 },
    )
    // the runs came about: most states were reached and left again
    expect(taken.size).toBeGreaterThan(10)
  }, 180_000)
})
