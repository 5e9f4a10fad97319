import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DaySummary, daySummary, type Shift, shift as shiftShape } from '../../shared/shifts/schema.ts'
import { type BillingApi, startBillingApi } from '../billing/testing.ts'

let api: BillingApi

beforeAll(async () => {
  api = await startBillingApi()
})
afterAll(() => api.close())

const open = (cookie: string, float = '100.00') => api.call('post', '/api/shifts', cookie).send({ float })
const close = (id: string, cookie: string, body: Record<string, unknown> = {}) =>
  api.call('post', `/api/shifts/${id}/close`, cookie).send({ version: 1, counted: { cash: '0.00' }, ...body })
const lineOf = ({ lines }: Shift, method: string) => lines.find((line) => line.method === method)

describe('a shift', () => {
  it('is opened once, takes payments, and is closed with count and difference', async () => {
    const cookie = api.as.cashier
    const made = await open(cookie)
    shiftShape.strict().parse(made.body)
    const again = await Promise.all(Array.from({ length: 6 }, () => open(cookie)))
    for (const { status, body } of again) expect([status, body.current.id]).toEqual([409, made.body.id])
    const { visitId } = await api.payable('45.02')
    const payment = await api.paid(visitId, [
      { method: 'card', amount: '20.00' },
      { method: 'cash', tendered: '50.00' },
    ])
    expect(payment.shiftId).toBe(made.body.id)
    const now: Shift = (await api.call('get', '/api/shifts/current', cookie)).body
    expect(lineOf(now, 'cash')).toEqual({
      method: 'cash',
      expected: '125.00',
      counted: null,
      difference: null,
    })
    expect(lineOf(now, 'card')?.expected).toBe('20.00')
    expect(now.payments).toBe(1)
    const stale = await close(now.id, cookie, { version: 7 })
    expect([stale.status, stale.body.code]).toEqual([409, 'state/version'])
    const counted = { cash: '124.95', card: '20.00' }
    const answers = await Promise.all([1, 2, 3].map(() => close(now.id, cookie, { counted, note: 'Short' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    const closed: Shift = (await api.call('get', `/api/shifts/${now.id}`, cookie)).body
    expect(closed).toMatchObject({ status: 'closed', note: 'Short', version: 2 })
    expect(lineOf(closed, 'cash')).toMatchObject({ counted: '124.95', difference: '-0.05' })
    expect(lineOf(closed, 'card')).toMatchObject({ difference: '0.00' })
    expect(lineOf(closed, 'transfer')).toMatchObject({ counted: null, difference: null })
    expect((await api.call('get', '/api/shifts/current', cookie)).status).toBe(404)
  })

  it('is its cashier’s own business; whoever runs the clinic sees all', async () => {
    const second = await api.signIn('cashier', 'second')
    const { id } = (await open(second)).body
    expect((await api.call('get', `/api/shifts/${id}`, api.as.cashier)).status).toBe(404)
    expect((await close(id, api.as.cashier)).status).toBe(404)
    const ids = async (cookie: string, query = '') =>
      (await api.call('get', `/api/shifts${query}`, cookie)).body.data.map((each: Shift) => each.id)
    expect(await ids(api.as.cashier)).not.toContain(id)
    expect(await ids(api.as.cashier, `?cashier=${await api.user('cashier', 'second')}`)).toEqual([])
    expect(await ids(second)).toEqual([id])
    expect(await ids(api.as.admin, '?status=open')).toEqual([id])
    expect((await api.call('get', '/api/shifts/summary', second)).status).toBe(403)
    expect((await close(id, api.as.admin, { counted: { cash: '100.00' } })).body).toMatchObject({
      closedBy: await api.user('admin'),
    })
  })

  it('misses no payment that is on its way when it is closed', async () => {
    const cookie = await api.signIn('cashier', 'third')
    const { id } = (await open(cookie, '0.00')).body
    const bills = []
    for (let n = 0; n < 12; n++) bills.push((await api.payable('5.00')).visitId)
    const tender = [{ method: 'cash', tendered: '5.00' }]
    const seen = { version: 1, balance: '5.00' }
    const [closed, ...paid] = await Promise.all([
      close(id, cookie),
      ...bills.map((visitId) => api.pay(visitId, tender, seen, { cookie })),
    ])
    expect(closed?.status).toBe(201)
    const taken = paid.filter(({ status }) => status === 201)
    for (const { status } of paid) expect([201, 409]).toContain(status)
    const shift: Shift = (await api.call('get', `/api/shifts/${id}`, cookie)).body
    expect(lineOf(shift, 'cash')?.expected).toBe(`${taken.length * 5}.00`)
    expect(shift.payments).toBe(taken.length)
  })

  it('adds up to the day', async () => {
    const summary: DaySummary = (await api.call('get', '/api/shifts/summary', api.as.admin)).body
    daySummary.strict().parse(summary)
    const [[sums]] = await api.deps.db.raw('select sum(amount_sen) as sen, count(*) as n from payments')
    expect(summary.total.replace('.', '')).toBe(String(sums.sen).padStart(3, '0'))
    expect(summary.payments).toBe(Number(sums.n))
    const total = (amounts: string[]) => amounts.reduce((all, rm) => all + Number(rm.replace('.', '')), 0)
    expect(total(summary.byMethod.map(({ amount }) => amount))).toBe(Number(sums.sen))
    expect(total(summary.byCashier.map(({ amount }) => amount))).toBe(Number(sums.sen))
    expect(summary.shifts).toHaveLength(3)
    expect((await api.call('get', '/api/shifts/summary?day=2020-01-01', api.as.admin)).body).toMatchObject({
      total: '0.00',
      payments: 0,
      shifts: [],
    })
  })
})
