import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Bill,
  bill as billShape,
  payment as paymentShape,
  receipt as receiptShape,
} from '../../shared/billing/schema.ts'
import { someone } from '../queue/testing.ts'
import { type BillingApi, startBillingApi } from './testing.ts'

let api: BillingApi

beforeAll(async () => {
  api = await startBillingApi()
  await api.openShift()
  await api.openShift(api.as.admin)
})
afterAll(() => api.close())

const statusOf = async (ticketId: string) =>
  (await api.deps.db('tickets').where({ id: ticketId }).first('status')).status
const events = async (types: string[]) =>
  (
    await api.deps
      .db('outbox_events')
      .whereIn('type', types)
      .where({ topic: 'queue' })
      .orderBy('id', 'desc')
      .limit(1)
      .pluck('body')
  ).map((body) => (typeof body === 'string' ? JSON.parse(body) : body).body.entity)[0]
const put = (path: string, body: Record<string, unknown>, cookie = api.as.admin) =>
  api.call('put', path, cookie).send(body)

describe('a bill and its payment', () => {
  it('in cash: rounded, with change, a receipt, and the ticket is over', async () => {
    const { visitId, ticket } = await api.payable('45.02')
    const before = await api.bill(visitId)
    billShape.strict().parse(before)
    expect(before).toMatchObject({
      status: 'open',
      total: '45.02',
      balance: '45.02',
      cashDue: '45.00',
      version: 1,
    })
    const payment = await api.paid(visitId, [{ method: 'cash', tendered: '50.00' }])
    paymentShape.strict().parse(payment)
    expect(payment).toMatchObject({
      kind: 'payment',
      status: 'recorded',
      settles: true,
      amount: '45.00',
      rounding: '-0.02',
      balanceAfter: '0.00',
      tenders: [{ method: 'cash', amount: '45.00', tendered: '50.00', change: '5.00', reference: null }],
    })
    expect(payment.number).toMatch(/^R[0-9]{6}$/)
    expect(payment.shiftId).not.toBeNull()
    expect(await statusOf(ticket.id)).toBe('completed')
    const board = (await api.board()).find(({ id }) => id === ticket.id)
    expect(board?.status).toBe('completed')
    expect(await api.bill(visitId)).toMatchObject({
      status: 'paid',
      paid: '45.00',
      balance: '0.00',
      version: 2,
    })
    expect(await events(['payment.recorded'])).toEqual({
      id: payment.id,
      number: payment.number,
      kind: 'payment',
      visitId,
      billId: payment.billId,
      ticketId: ticket.id,
      billStatus: 'paid',
      billVersion: 2,
      version: 1,
    })
    expect((await events(['queue.removed'])).id).toBe(ticket.id)
    const receipt = await api.call('get', `/api/receipts/${payment.number}`, api.as.cashier)
    receiptShape.strict().parse(receipt.body)
    expect(receipt.body).toMatchObject({ payment, bill: { total: '45.02', rounding: '-0.02' } })
    const audit = await api.deps
      .db('audit_entries')
      .where({ entity: 'bill', entity_id: visitId, patient_id: ticket.patient.id })
      .orderBy('id')
      .pluck('action')
    expect(audit.filter((action) => action !== 'bills.read')).toEqual(['bills.add-item', 'payments.record'])
  })

  it('by several tenders, in parts, with a reference', async () => {
    const { visitId, ticket } = await api.payable('99.99')
    const part = await api.paid(visitId, [{ method: 'ewallet', amount: '20.00', reference: 'TNG 77' }])
    expect(part).toMatchObject({ settles: false, balanceAfter: '79.99', shiftId: part.shiftId })
    expect(await api.bill(visitId)).toMatchObject({ status: 'part_paid', balance: '79.99', cashDue: '80.00' })
    expect(await statusOf(ticket.id)).toBe('payment')
    const rest = await api.paid(visitId, [
      { method: 'card', amount: '50.00' },
      { method: 'cash', tendered: '30.00' },
    ])
    expect(rest).toMatchObject({ settles: true, amount: '80.00', rounding: '0.01' })
    const bill = await api.bill(visitId)
    expect(bill).toMatchObject({ status: 'paid', paid: '100.00', rounding: '0.01' })
    expect(bill.payments.map(({ id }) => id)).toEqual([part.id, rest.id])
  })

  it('from a deposit, which is given back where it was more', async () => {
    const ticket = await api.ticket()
    const tender = { method: 'cash', tendered: '50.00' }
    const early = await api.pay(ticket.visitId, [tender], { version: 0, balance: '0.00' })
    expect([early.status, early.body.code]).toEqual([409, 'state/conflict'])
    const deposit = await api.paid(ticket.visitId, [tender], { deposit: true })
    expect(deposit).toMatchObject({ deposit: true, settles: false, balanceAfter: '-50.00' })
    await api.put(ticket.id, 'payment')
    const { version } = await api.bill(ticket.visitId)
    const line = { version, kind: 'other', description: 'Mask', quantity: 3, unitPrice: '10.00' }
    await api.call('post', `/api/bills/${ticket.visitId}/items`, api.as.cashier).send(line)
    const bill = await api.bill(ticket.visitId)
    expect(bill).toMatchObject({ status: 'part_paid', total: '30.00', balance: '-20.00', cashDue: '0.00' })
    const back = await api
      .call('post', `/api/payments/${deposit.id}/refund`, api.as.admin)
      .send({ version: 1, reason: 'More than the bill', amount: '20.00', method: 'cash' })
    expect(back.body, back.text).toMatchObject({ kind: 'refund', amount: '-20.00', reverses: deposit.id })
    expect(back.body.number).toMatch(/^CN-[0-9]{6}$/)
    const closing = await api.paid(ticket.visitId, [])
    expect(closing).toMatchObject({ settles: true, amount: '0.00', tenders: [] })
    expect(await api.bill(ticket.visitId)).toMatchObject({ status: 'paid', paid: '50.00', refunded: '20.00' })
    expect(await statusOf(ticket.id)).toBe('completed')
  })

  it('refuses what is not so any more with the bill as it is', async () => {
    const { visitId } = await api.payable('10.00')
    const stale = await api.pay(visitId, [{ method: 'card', amount: '10.00' }], {
      version: 9,
      balance: '10.00',
    })
    expect([stale.status, stale.body.code, stale.body.current]).toEqual([
      409,
      'state/version',
      await api.bill(visitId),
    ])
    const other = await api.pay(visitId, [{ method: 'card', amount: '9.00' }], {
      version: 1,
      balance: '9.00',
    })
    expect([other.status, other.body.code]).toEqual([409, 'state/version'])
    const more = await api.pay(visitId, [{ method: 'card', amount: '10.01' }], {
      version: 1,
      balance: '10.00',
    })
    expect([more.status, more.body.errors[0].path]).toEqual([422, 'tenders'])
    await api.paid(visitId, [{ method: 'card', amount: '10.00' }])
    const twice = await api.pay(visitId, [], { version: 2, balance: '0.00' })
    expect([twice.status, twice.body.code]).toEqual([409, 'state/conflict'])
    const line = { version: 2, kind: 'other', description: 'x', quantity: 1, unitPrice: '1.00' }
    const late = await api.call('post', `/api/bills/${visitId}/items`, api.as.cashier).send(line)
    expect([late.status, late.body.current.status]).toEqual([409, 'paid'])
  })
})

describe('discount, tax and panel', () => {
  it('take a discount off before tax, and tell why', async () => {
    const setting = async (name: string, value: unknown) => {
      const list = (await api.call('get', '/api/settings', api.as.admin)).body.data
      const { version } = list.find((each: { name: string }) => each.name === name)
      const answer = await api.call('patch', `/api/settings/${name}`, api.as.admin).send({ value, version })
      expect(answer.status, answer.text).toBe(200)
    }
    await setting('billing.sstPercent', '8.00')
    await setting('billing.sstKinds', ['procedure'])
    const { visitId } = await api.payable('100.00')
    const off = await put(`/api/bills/${visitId}/discount`, { version: 1, percent: '10.00', reason: 'Staff' })
    expect(off.body, off.text).toMatchObject({
      subtotal: '100.00',
      discount: { kind: 'percent', value: '10.00', amount: '10.00', reason: 'Staff' },
      sst: '7.20',
      total: '97.20',
      version: 2,
    })
    const back = await put(`/api/bills/${visitId}/discount`, { version: 2, amount: null })
    expect(back.body).toMatchObject({ discount: null, total: '108.00' })
    const amount = await put(`/api/bills/${visitId}/discount`, { version: 3, amount: '5.00', reason: 'Late' })
    await api.paid(visitId, [{ method: 'card', amount: amount.body.total }])
    const items = await api.deps.db('bill_items').where({ bill_id: amount.body.billId })
    expect(items).toMatchObject([{ discount_sen: 500, sst_bp: 800, sst_sen: 760, amount_sen: 10_260 }])
    await setting('billing.sstPercent', '0.00')
  })

  it('charge a panel its share, and it stands on the month’s statement', async () => {
    const input = {
      code: 'AIA',
      name: 'AIA',
      kind: 'insurer',
      percent: '80.00',
      copay: '5.00',
      yearLimit: '100.00',
    }
    const panel = await api.call('post', '/api/panels', api.as.admin).send(input)
    expect(panel.status, panel.text).toBe(201)
    const first = await api.payable('105.00')
    const chosen = { version: 1, panelId: panel.body.id, reference: 'GL 42' }
    const bill: Bill = (await put(`/api/bills/${first.visitId}/panel`, chosen, api.as.cashier)).body
    expect(bill.panel).toMatchObject({ code: 'AIA', reference: 'GL 42', share: '80.00', due: '80.00' })
    const payment = await api.paid(first.visitId, [
      { method: 'panel' },
      { method: 'cash', tendered: '25.00' },
    ])
    expect(payment).toMatchObject({
      settles: true,
      amount: '105.00',
      tenders: [{ method: 'panel', amount: '80.00' }, {}],
    })
    // of the same patient's year 20.00 are left
    const again = await api.call('post', '/api/queue').send({ patientId: first.ticket.patient.id })
    await api.put(again.body.id, 'payment')
    const { visitId } = again.body
    const line = { version: 0, kind: 'other', description: 'x', quantity: 1, unitPrice: '105.00' }
    await api.call('post', `/api/bills/${visitId}/items`, api.as.cashier).send(line)
    const second: Bill = (await put(`/api/bills/${visitId}/panel`, { version: 1, panelId: panel.body.id }))
      .body
    expect(second.panel?.share).toBe('20.00')
    await api.paid(visitId, [{ method: 'panel' }, { method: 'card', amount: '85.00' }])
    const month = payment.day.slice(0, 7)
    const read = () =>
      api.call('get', `/api/panels/${panel.body.id}/statement?month=${month}`, api.as.cashier)
    const statement = await read()
    expect(statement.body.meta).toEqual({ total: '100.00', lines: 2, next: null })
    const own = statement.body.data.find((each: { number: string }) => each.number === payment.number)
    expect(own).toMatchObject({ amount: '80.00', kind: 'payment', patient: first.ticket.patient })
    const back = await api
      .call('post', `/api/payments/${payment.id}/refund`, api.as.admin)
      .send({ version: 1, reason: 'Wrong panel' })
    expect(back.body.tenders).toMatchObject([{ amount: '-80.00' }, { amount: '-25.00' }])
    expect((await read()).body.meta).toMatchObject({ total: '20.00', lines: 3 })
  })
})

describe('those who came together', () => {
  const group = async () => {
    const members = [1, 2, 3].map(() => ({ patient: someone() }))
    const answer = await api.call('post', '/api/queue/groups').send({ members, ticket: {} })
    expect(answer.status, answer.text).toBe(201)
    await api.put(answer.body.id, 'payment')
    const visits: string[] = await api.deps
      .db('visits')
      .whereIn(
        'patient_id',
        answer.body.members.map(({ id }: { id: string }) => id),
      )
      .orderBy('id')
      .pluck('id')
    let version = 0
    for (const [at, visitId] of visits.entries()) {
      const line = {
        version,
        kind: 'other',
        description: 'x',
        quantity: 1,
        unitPrice: `${at + 1}.00`,
        visitId,
      }
      const added = await api.call('post', `/api/bills/${visits[0]}/items`, api.as.cashier).send(line)
      expect(added.status, added.text).toBe(201)
      version = added.body.version
    }
    return { ticketId: answer.body.id as string, visits, version }
  }

  it('have one bill, found by any of their visits', async () => {
    const { ticketId, visits } = await group()
    const bills = await Promise.all(visits.map((visitId) => api.bill(visitId)))
    expect(bills[0]).toMatchObject({ total: '6.00', visitId: visits[0] })
    expect(bills[0]?.visits).toHaveLength(3)
    expect(bills[1]).toEqual(bills[0])
    expect(bills[2]).toEqual(bills[0])
    await api.paid(visits[2] as string, [{ method: 'card', amount: '6.00' }])
    expect(await statusOf(ticketId)).toBe('completed')
  })

  it('or one each; the ticket is over when the last has paid', async () => {
    const { ticketId, visits, version } = await group()
    const split = await api.call('post', `/api/bills/${visits[1]}/split`, api.as.cashier).send({ version })
    expect(split.status, split.text).toBe(201)
    expect(split.body.data.map(({ total }: Bill) => total)).toEqual(['1.00', '2.00', '3.00'])
    for (const [at, visitId] of visits.entries()) {
      expect(await statusOf(ticketId)).toBe('payment')
      await api.paid(visitId, [{ method: 'card', amount: `${at + 1}.00` }])
    }
    expect(await statusOf(ticketId)).toBe('completed')
    const again = await api
      .call('post', `/api/bills/${visits[0]}/split`, api.as.cashier)
      .send({ version: 99 })
    expect(again.status).toBe(409)
  })
})
