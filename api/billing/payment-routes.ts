import { z } from 'zod'
import type { AuditEntry } from '../../shared/audit/entry.ts'
import { pay, printOf, refundPayment, voidPayment } from '../../shared/billing/commands.ts'
import { getPayment, getPayments, getReceipt } from '../../shared/billing/reads.ts'
import {
  type Payment,
  type PaymentList,
  payment,
  paymentInput,
  paymentList,
  paymentQuery,
  printQuery,
  receipt,
  refundInput,
  voidInput,
} from '../../shared/billing/schema.ts'
import { pdfHeaders } from '../../shared/documents/sheet.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { actor } from './bill-routes.ts'
import { READERS, REFUNDERS, scopeOf, VOIDERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })
const byNumber = z.strictObject({
  // the column is ASCII: the database compares it with nothing else
  number: z
    .string()
    .max(MAX_ID_CHARS)
    .regex(/^[!-~]+$/, 'Must be the number of a receipt'),
})

/** A payment without a key could not be repeated by whoever lost the answer. */
function neededKey(call: Call): string {
  const key = idempotencyKeyOf(call)
  if (key !== undefined) return key
  throw new AppError('request/invalid', {
    errors: [{ path: 'Idempotency-Key', message: 'Is needed, so that nothing is paid twice' }],
  })
}

/** Payments, their reversals and receipts. */
export function paymentRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const reads = { method: 'GET', tag: 'billing', access: READERS, limit: 'general' } as const
  const writes = { method: 'POST', tag: 'billing', limit: 'general' } as const
  const looked = (call: Call, action: string, { id, patient }: Payment): Promise<void> =>
    spool.write({
      ...whoIs(call),
      action,
      entity: 'payment',
      entityId: id,
      patientId: patient.id,
      outcome: 'ok',
    } satisfies AuditEntry)
  return [
    route({
      ...reads,
      path: '/api/payments',
      summary: 'Payments and reversals, newest first',
      query: paymentQuery,
      response: paymentList,
      handle: async (call) => {
        const answer = await getPayments(deps, call.query, await scopeOf(call))
        const { data } = JSON.parse(answer.json.toString()) as PaymentList
        const shown = [...new Set(data.map(({ patient }) => patient.id))]
        await spool.write({
          ...whoIs(call),
          action: 'payments.list',
          entity: 'payment',
          outcome: 'ok',
          detail: { shown },
        })
        return answer
      },
    }),
    route({
      ...reads,
      path: '/api/payments/:id',
      summary: 'One payment or reversal',
      params: byId,
      response: payment,
      handle: async (call) => {
        const body = await getPayment(deps, call.params.id, await scopeOf(call))
        await looked(call, 'payments.read', body)
        return { body }
      },
    }),
    // before the receipt itself, whose pattern takes any number
    route({
      ...reads,
      path: '/api/receipts/:number.pdf',
      summary: 'A receipt to print; every print after the first says that it is a copy',
      params: byNumber,
      query: printQuery,
      handle: async (call) => {
        const { number } = call.params
        const { stream, receipt, times } = await printOf(deps, number, call.query, await scopeOf(call))
        await looked(call, times > 1 ? 'receipts.reprint' : 'receipts.print', receipt.payment)
        return { stream, headers: pdfHeaders(receipt.payment.number) }
      },
    }),
    route({
      ...reads,
      path: '/api/receipts/:number',
      summary: 'A receipt by its number, with the bill as it was',
      params: byNumber,
      response: receipt,
      handle: async (call) => {
        const body = await getReceipt(deps, call.params.number, await scopeOf(call))
        await looked(call, 'receipts.read', body.payment)
        return { body }
      },
    }),
    route({
      ...writes,
      path: '/api/payments',
      summary: 'Take a payment by one or several tenders; needs an Idempotency-Key',
      access: WRITERS,
      body: paymentInput,
      response: payment,
      handle: async (call) => {
        const made = await pay(deps, call.body, actor(call), neededKey(call))
        return { status: 201, body: made, headers: { Location: `/api/receipts/${made.number}` } }
      },
    }),
    route({
      ...writes,
      path: '/api/payments/:id/void',
      summary: 'Void a payment of today; answers the reversal',
      access: VOIDERS,
      params: byId,
      body: voidInput,
      response: payment,
      handle: async (call) => ({ body: await voidPayment(deps, call.params.id, call.body, actor(call)) }),
    }),
    route({
      ...writes,
      path: '/api/payments/:id/refund',
      summary: 'Give money of a payment back, all or part; answers the reversal',
      access: REFUNDERS,
      params: byId,
      body: refundInput,
      response: payment,
      handle: async (call) => ({ body: await refundPayment(deps, call.params.id, call.body, actor(call)) }),
    }),
  ]
}
