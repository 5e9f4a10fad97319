import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingApi, startBillingApi } from './testing.ts'

let api: BillingApi

beforeAll(async () => {
  api = await startBillingApi()
  await api.openShift()
  await api.openShift(api.as.admin)
})
afterAll(() => api.close())

const reverse = (
  id: string,
  how: 'void' | 'refund',
  body: Record<string, unknown> = {},
  cookie = api.as.admin,
) => api.call('post', `/api/payments/${id}/${how}`, cookie).send({ version: 1, reason: 'A mistake', ...body })

describe('a payment', () => {
  it('is voided with its bill, which is begun anew and paid again', async () => {
    const { visitId } = await api.payable('12.03')
    const payment = await api.paid(visitId, [{ method: 'cash', tendered: '20.00' }])
    const gone = await reverse(payment.id, 'void')
    expect(gone.body, gone.text).toMatchObject({
      kind: 'void',
      amount: '-12.05',
      rounding: '-0.02',
      reverses: payment.id,
      reason: 'A mistake',
      tenders: [{ method: 'cash', amount: '-12.05', tendered: null, change: null }],
    })
    const old = await api.bill(visitId)
    expect(old).toMatchObject({ status: 'void', paid: '0.00', rounding: '0.00', total: '12.03' })
    const receipt = await api.call('get', `/api/receipts/${payment.number}`, api.as.cashier)
    expect(receipt.body).toMatchObject({ payment: { status: 'void', version: 2 }, bill: { total: '12.03' } })
    const note = await api.call('get', `/api/receipts/${gone.body.number}`, api.as.cashier)
    expect(note.body).toMatchObject({ reversedNumber: payment.number, bill: null })
    const renew = () =>
      api.call('post', `/api/bills/${visitId}/renew`, api.as.cashier).send({ version: old.version })
    const fresh = await renew()
    expect(fresh.body, fresh.text).toMatchObject({ status: 'open', total: '12.03', version: old.version + 1 })
    expect(fresh.body.billId).not.toBe(old.billId)
    expect((await renew()).status).toBe(409)
    await api.paid(visitId, [{ method: 'card', amount: '12.03' }])
    expect(await api.bill(visitId)).toMatchObject({ status: 'paid', payments: [{ amount: '12.03' }] })
  })

  it('is voided alone where another one stays', async () => {
    const { visitId } = await api.payable('30.00')
    const first = await api.paid(visitId, [{ method: 'card', amount: '10.00' }])
    await api.paid(visitId, [{ method: 'cash', tendered: '20.00' }])
    expect((await reverse(first.id, 'void')).status).toBe(201)
    expect(await api.bill(visitId)).toMatchObject({ status: 'part_paid', balance: '10.00', paid: '20.00' })
    await api.paid(visitId, [{ method: 'duitnow', amount: '10.00' }])
    expect(await api.bill(visitId)).toMatchObject({ status: 'paid', balance: '0.00' })
  })

  it('is given back in parts, then the rest, and no more', async () => {
    const { visitId } = await api.payable('30.00')
    const payment = await api.paid(visitId, [{ method: 'cash', tendered: '30.00' }])
    const part = (amount: string, version: number, method = 'cash') =>
      reverse(payment.id, 'refund', { version, amount, method })
    expect((await part('10.00', 1)).body).toMatchObject({ amount: '-10.00', kind: 'refund' })
    expect(await api.bill(visitId)).toMatchObject({ status: 'paid', refunded: '10.00', balance: '0.00' })
    expect((await part('20.05', 2)).body.errors[0].path).toBe('amount')
    expect((await part('1.01', 2)).body.errors[0].path).toBe('amount')
    expect((await part('1.00', 1)).body.code).toBe('state/version')
    expect((await reverse(payment.id, 'void', { version: 2 })).status).toBe(409)
    const rest = await reverse(payment.id, 'refund', { version: 2 })
    expect(rest.body).toMatchObject({ amount: '-20.00' })
    expect(await api.bill(visitId)).toMatchObject({ status: 'refunded', refunded: '30.00', paid: '30.00' })
    const last = await reverse(payment.id, 'refund', { version: 3 })
    expect([last.status, last.body.current.status]).toEqual([409, 'refunded'])
    expect((await reverse(rest.body.id, 'refund')).status).toBe(409)
    expect((await reverse(rest.body.id, 'void')).status).toBe(409)
  })

  it('can be voided on its own day only, and refunded later', async () => {
    const { visitId } = await api.payable('8.00')
    const payment = await api.paid(visitId, [{ method: 'card', amount: '8.00' }])
    await api.deps.db('payments').where({ id: payment.id }).update({ paid_on: '2026-01-31' })
    const late = await reverse(payment.id, 'void')
    expect([late.status, late.body.code]).toEqual([409, 'state/conflict'])
    expect(late.body.current).toEqual({ ...payment, day: '2026-01-31' })
    const back = await reverse(payment.id, 'refund')
    expect(back.body).toMatchObject({ kind: 'refund', amount: '-8.00' })
    expect(back.body.day).toBe(payment.day)
  })

  it('is reversed once, however many press at once', async () => {
    const { visitId } = await api.payable('8.00')
    const payment = await api.paid(visitId, [{ method: 'card', amount: '8.00' }])
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => reverse(payment.id, n % 2 ? 'void' : 'refund')),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(11)
    const sum = await api.deps.db('payments').where({ visit_id: visitId }).sum({ sen: 'amount_sen' }).first()
    expect(Number(sum?.sen)).toBe(0)
  })

  it.each(['0', 'x', '999999', '99999999999999999999'])('is not found by %s', async (id) => {
    expect((await reverse(id, 'void')).status).toBe(404)
    expect((await api.call('get', `/api/payments/${id}`, api.as.cashier)).status).toBe(404)
    expect((await api.call('get', `/api/receipts/${id}`, api.as.cashier)).status).toBe(404)
    expect((await api.call('get', `/api/bills/${id}`, api.as.cashier)).status).toBe(404)
  })
})
