import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingApi, startBillingApi } from './testing.ts'

const PAYMENTS = 1000
const CLIENTS = 25

let api: BillingApi

beforeAll(async () => {
  api = await startBillingApi()
  await api.openShift()
})
afterAll(() => api.close())

const numbers = async () =>
  (await api.deps.db('payments').where({ series: 'receipt' }).orderBy('no').pluck('no')) as number[]
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

describe('a payment', () => {
  it('is taken by one of two cashiers who press at once; the other sees the bill', async () => {
    const { visitId } = await api.payable('20.00')
    const second = await api.signIn('cashier', 'second')
    await api.openShift(second)
    const seen = { version: 1, balance: '20.00' }
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        api.pay(visitId, [{ method: 'cash', tendered: '20.00' }], seen, {
          cookie: n % 2 ? second : api.as.cashier,
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const others = answers.filter(({ status }) => status !== 201)
    for (const { status, body } of others)
      expect([status, body.code, body.current.status]).toEqual([409, 'state/version', 'paid'])
    expect(await api.deps.db('payments').where({ visit_id: visitId })).toHaveLength(1)
  })

  it('under one key is taken once, whoever repeats it how often, and answered with the same receipt', async () => {
    const { visitId } = await api.payable('20.00')
    const key = randomUUID()
    const tenders = [{ method: 'card', amount: '20.00' }]
    const seen = { version: 1, balance: '20.00' }
    const send = () => api.pay(visitId, tenders, seen, { key })
    const answers = [...(await Promise.all(Array.from({ length: 10 }, send))), await send()]
    for (const { status, body } of answers) {
      expect(status).toBe(201)
      expect(body).toEqual(answers[0]?.body)
    }
    expect(await api.deps.db('payments').where({ visit_id: visitId })).toHaveLength(1)
    const other = await api.pay(visitId, [{ method: 'card', amount: '1.00' }], seen, { key })
    expect([other.status, other.body.code]).toEqual([422, 'request/idempotency-mismatch'])
    const none = await api.call('post', '/api/payments', api.as.cashier).send({ visitId, tenders, ...seen })
    expect([none.status, none.body.errors[0].path]).toEqual([400, 'Idempotency-Key'])
  })

  it('that is refused takes no number', async () => {
    const before = await numbers()
    const { visitId } = await api.payable('20.00')
    const wrong = [{ method: 'card', amount: '21.00' }]
    await Promise.all(
      Array.from({ length: 8 }, () => api.pay(visitId, wrong, { version: 1, balance: '20.00' })),
    )
    await api.paid(visitId, [{ method: 'card', amount: '20.00' }])
    expect(await numbers()).toEqual(upTo(before.length + 1))
  })

  it(`is one of ${PAYMENTS} by ${CLIENTS} clients: receipts without gaps, no sen lost`, async () => {
    const before = (await numbers()).length
    const bills: string[] = []
    for (let n = 0; n < PAYMENTS / 10; n++) bills.push((await api.payable('100.00')).visitId)
    let done = 0
    // ten payments on each bill, by clients who get in each other's way
    const client = async (n: number) => {
      for (let round = 0; round < PAYMENTS / CLIENTS; round++) {
        const visitId = bills[(n + round * CLIENTS) % bills.length] as string
        const key = randomUUID()
        for (;;) {
          const { version, balance } = await api.bill(visitId)
          const answer = await api.pay(
            visitId,
            [{ method: 'card', amount: '10.00' }],
            { version, balance },
            { key },
          )
          if (answer.status === 201) break
          // somebody else was quicker; the refusal took neither key nor number
          expect([answer.status, answer.body.code]).toEqual([409, 'state/version'])
        }
        done++
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))
    expect(done).toBe(PAYMENTS)
    expect(await numbers()).toEqual(upTo(before + PAYMENTS))
    const paid = await api.deps.db('bills').whereIn('visit_id', bills).select('status', 'paid_sen', 'version')
    for (const bill of paid) expect(bill).toMatchObject({ status: 'paid', paid_sen: 10_000, version: 11 })
    const open = await api.deps.db('tickets').whereIn('visit_id', bills).whereNot('status', 'completed')
    expect(open).toEqual([])
    const [[sums]] = await api.deps.db.raw(`select
      (select sum(amount_sen) from payments) as payments, (select sum(amount_sen) from payment_tenders) as tenders,
      (select sum(paid_sen) from bills) as bills, (select sum(total_sen + rounding_sen) from bills) as totals`)
    expect(new Set([sums.payments, sums.tenders, sums.bills, sums.totals].map(Number)).size).toBe(1)
  }, 240_000)

  it('costs the same number of statements, however much was paid before', async () => {
    const statements = async (work: () => Promise<unknown>) => {
      const seen: string[] = []
      const listen = ({ sql }: { sql: string }) => void seen.push(sql)
      api.deps.db.on('query', listen)
      await work()
      api.deps.db.removeListener('query', listen)
      return seen.filter((sql) => !/cache_invalidations|outbox_events where|audit/i.test(sql)).length
    }
    const payOnce = async (parts: number) => {
      const { visitId } = await api.payable('100.00')
      for (let n = 0; n < parts; n++) await api.paid(visitId, [{ method: 'card', amount: '1.00' }])
      const { version, balance } = await api.bill(visitId)
      return statements(() => api.pay(visitId, [{ method: 'card', amount: '1.00' }], { version, balance }))
    }
    await payOnce(1)
    const few = await payOnce(1)
    expect(await payOnce(12)).toBe(few)
    expect(few).toBeLessThanOrEqual(30)
  })
})
