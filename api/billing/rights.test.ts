import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import type { Role } from '../../shared/rights/permissions.ts'
import { type BillingApi, startBillingApi } from './testing.ts'

let api: BillingApi

beforeAll(async () => {
  api = await startBillingApi()
  await api.openShift()
})
afterAll(() => api.close())

/** Somebody of a role with rights beyond it. */
const lent = async (role: Role, username: string, grants: string[]) => {
  const id = await api.user(role, username)
  const answer = await api.call('patch', `/api/users/${id}`, api.as.admin).send({ grants, version: 1 })
  expect(answer.status, answer.text).toBe(200)
  return api.signIn(role, username)
}
const paidCard = async () => {
  const { visitId } = await api.payable('9.00')
  return api.paid(visitId, [{ method: 'card', amount: '9.00' }])
}
const reverse = (id: string, how: string, cookie: string) =>
  api.call('post', `/api/payments/${id}/${how}`, cookie).send({ version: 1, reason: 'A mistake' })

describe('rights', () => {
  it('refund, void and discount are for administrators, and by grant, each alone', async () => {
    const payment = await paidCard()
    for (const role of ['doctor', 'assistant', 'pharmacist', 'cashier'] as const) {
      const cookie = await api.signIn(role)
      expect((await reverse(payment.id, 'void', cookie)).status).toBe(403)
      expect((await reverse(payment.id, 'refund', cookie)).status).toBe(403)
      const off = { version: 1, percent: '1.00', reason: 'x' }
      const discount = await api.call('put', `/api/bills/${payment.visitId}/discount`, cookie).send(off)
      expect(discount.status).toBe(403)
    }
    const refunder = await lent('cashier', 'refunder', ['payments.refund'])
    expect((await reverse(payment.id, 'void', refunder)).status).toBe(403)
    expect((await reverse(payment.id, 'refund', refunder)).status).toBe(201)
    const voider = await lent('assistant', 'voider', ['payments.void'])
    const other = await paidCard()
    expect((await reverse(other.id, 'refund', voider)).status).toBe(403)
    expect((await reverse(other.id, 'void', voider)).status).toBe(201)
    const discounter = await lent('cashier', 'discounter', ['bills.discount'])
    const { visitId } = await api.payable('9.00')
    const off = { version: 1, amount: '1.00', reason: 'x' }
    expect((await api.call('put', `/api/bills/${visitId}/discount`, discounter).send(off)).status).toBe(200)
  })

  it('a doctor sees the bills of his own patients alone', async () => {
    const doctor = async (code: string, username: string) => {
      const userId = await api.user('doctor', username)
      const made = await api
        .call('post', '/api/doctors', api.as.admin)
        .send({ code, name: `Dr. ${code}`, userId })
      return { id: made.body.id as string, cookie: await api.signIn('doctor', username) }
    }
    const own = await doctor('OWN', 'own')
    const other = await doctor('OTH', 'other')
    const { visitId } = await api.payable('9.00', { doctorId: own.id })
    const payment = await api.paid(visitId, [{ method: 'card', amount: '9.00' }])
    const paths = [`/api/bills/${visitId}`, `/api/payments/${payment.id}`, `/api/receipts/${payment.number}`]
    for (const path of [...paths, `/api/receipts/${payment.number}.pdf`]) {
      expect((await api.call('get', path, own.cookie)).status, path).toBe(200)
      expect((await api.call('get', path, other.cookie)).status, path).toBe(404)
      expect((await api.call('get', path, api.as.doctor)).status, path).toBe(404)
    }
    const list = async (cookie: string) => (await api.call('get', '/api/payments', cookie)).body
    expect((await list(own.cookie)).data.map(({ id }: { id: string }) => id)).toEqual([payment.id])
    expect((await list(other.cookie)).meta.total).toBe(0)
    expect((await list(api.as.doctor)).data).toEqual([])
    const add = { version: 1, kind: 'other', description: 'x', quantity: 1, unitPrice: '1.00' }
    expect((await api.call('post', `/api/bills/${visitId}/items`, own.cookie).send(add)).status).toBe(403)
  })

  it('cash needs an open shift where the clinic says so', async () => {
    const shiftless = await api.signIn('cashier', 'shiftless')
    const { visitId } = await api.payable('9.00')
    const send = () =>
      api.pay(
        visitId,
        [{ method: 'cash', tendered: '9.00' }],
        { version: 1, balance: '9.00' },
        { cookie: shiftless },
      )
    const refused = await send()
    expect([refused.status, refused.body.code]).toEqual([409, 'state/conflict'])
    const set = (value: boolean, version: number) =>
      api.call('patch', '/api/settings/billing.cashNeedsShift', api.as.admin).send({ value, version })
    expect((await set(false, 0)).status).toBe(200)
    const taken = await send()
    expect([taken.status, taken.body.shiftId]).toEqual([201, null])
    expect((await set(true, 1)).status).toBe(200)
  })

  it('every look is in the audit; a bill that is paid is answered from the cache, an open one never', async () => {
    const { visitId, ticket } = await api.payable('9.00')
    const open = await api.call('get', `/api/bills/${visitId}`, api.as.admin)
    expect(open.headers['x-cache']).toBe('BYPASS')
    const unchanged = await api
      .call('get', `/api/bills/${visitId}`, api.as.admin)
      .set('If-None-Match', String(open.headers.etag))
    expect(unchanged.status).toBe(304)
    await api.paid(visitId, [{ method: 'card', amount: '9.00' }])
    const first = await api.call('get', `/api/bills/${visitId}`, api.as.cashier)
    const second = await api.call('get', `/api/bills/${visitId}`, api.as.cashier)
    expect([first.headers['x-cache'], second.headers['x-cache']]).toEqual(['MISS', 'HIT'])
    expect(first.headers['cache-control']).toBe('private, no-store')
    const same = await api
      .call('get', `/api/bills/${visitId}`, api.as.cashier)
      .set('If-None-Match', String(first.headers.etag))
    expect(same.status).toBe(304)
    // only files that are closed are drained
    await api.services.spool.close()
    await drainOnce(api.deps)
    const looks = { action: 'bills.read', patient_id: ticket.patient.id }
    // three before it was paid, one of them by the one who paid
    expect(await api.deps.db('audit_entries').where(looks)).toHaveLength(6)
  })
})
