import { randomUUID } from 'node:crypto'
import type { Bill, Payment } from '../../shared/billing/schema.ts'
import type { Ticket } from '../../shared/queue/schema.ts'
import { toSqlUtc } from '../../shared/units/clock.ts'
import { type QueueApi, startQueueApi } from '../queue/testing.ts'

/** An API with a visit to pay for, for the tests of the cash desk. */
export interface BillingApi extends QueueApi {
  /** A visit that is ready to be paid, with a line of so much on its bill. */
  payable(rm?: string, more?: Record<string, unknown>): Promise<{ visitId: string; ticket: Ticket }>
  /** Puts a ticket into a state without the way there. */
  put(ticketId: string, status: string): Promise<void>
  bill(visitId: string, cookie?: string): Promise<Bill>
  /** Pays a bill as it stands now. */
  pay(
    visitId: string,
    tenders: Record<string, unknown>[],
    more?: Record<string, unknown>,
    options?: { cookie?: string; key?: string; url?: string },
  ): ReturnType<QueueApi['call']>
  paid(visitId: string, tenders: Record<string, unknown>[], more?: Record<string, unknown>): Promise<Payment>
  openShift(cookie?: string, float?: string): Promise<string>
}

/** Starts {@link BillingApi}; call `close` in afterAll. */
export async function startBillingApi(
  options: Parameters<typeof startQueueApi>[0] = {},
): Promise<BillingApi> {
  const api = await startQueueApi(options)
  const desk = api.as.cashier

  const put = async (ticketId: string, status: string) => {
    await api.deps
      .db('tickets')
      .where({ id: ticketId })
      .update({ status, status_at: toSqlUtc(new Date()) })
  }
  const bill = async (visitId: string, cookie = desk): Promise<Bill> => {
    const answer = await api.call('get', `/api/bills/${visitId}`, cookie)
    if (answer.status !== 200) throw new Error(`the bill answered ${answer.status}: ${answer.text}`)
    return answer.body
  }
  const pay: BillingApi['pay'] = (visitId, tenders, more = {}, { cookie = desk, key, url } = {}) =>
    api
      .call('post', '/api/payments', cookie, url)
      .set('Idempotency-Key', key ?? randomUUID())
      .send({ visitId, tenders, ...more })

  return {
    ...api,
    put,
    bill,
    pay,
    payable: async (rm = '45.00', more = {}) => {
      const ticket = await api.ticket(more)
      await put(ticket.id, 'payment')
      const line = { version: 0, kind: 'procedure', description: 'Dressing', quantity: 1, unitPrice: rm }
      const added = await api.call('post', `/api/bills/${ticket.visitId}/items`, desk).send(line)
      if (added.status !== 201) throw new Error(`the line answered ${added.status}: ${added.text}`)
      return { visitId: ticket.visitId, ticket }
    },
    paid: async (visitId, tenders, more = {}) => {
      const { version, balance } = await bill(visitId)
      const answer = await pay(visitId, tenders, { version, balance, ...more })
      if (answer.status !== 201) throw new Error(`the payment answered ${answer.status}: ${answer.text}`)
      return answer.body
    },
    openShift: async (cookie = desk, float = '100.00') => {
      const answer = await api.call('post', '/api/shifts', cookie).send({ float })
      if (answer.status !== 201) throw new Error(`the shift answered ${answer.status}: ${answer.text}`)
      return answer.body.id
    },
  }
}
