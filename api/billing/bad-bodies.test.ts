import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Verb } from '../queue/testing.ts'
import { type BillingApi, startBillingApi } from './testing.ts'

let api: BillingApi
let visitId: string
let paymentId: string
let panelId: string
let shiftId: string

beforeAll(async () => {
  api = await startBillingApi()
  shiftId = await api.openShift(api.as.admin)
  const paid = await api.payable('9.00')
  paymentId = (await api.paid(paid.visitId, [{ method: 'card', amount: '9.00' }])).id
  visitId = (await api.payable('9.00')).visitId
  const panel = { code: 'P1', name: 'Panel', kind: 'company' }
  panelId = (await api.call('post', '/api/panels', api.as.admin).send(panel)).body.id
})
afterAll(() => api.close())

/** Each call with a body that is right but for its version, which nobody has seen. */
const calls = (): [Verb, string, Record<string, unknown>][] => [
  [
    'post',
    '/api/payments',
    { visitId, version: 99, balance: '9.00', tenders: [{ method: 'card', amount: '9.00' }] },
  ],
  ['post', `/api/payments/${paymentId}/void`, { version: 99, reason: 'x' }],
  ['post', `/api/payments/${paymentId}/refund`, { version: 99, reason: 'x', amount: '1.00', method: 'card' }],
  [
    'post',
    `/api/bills/${visitId}/items`,
    { version: 99, kind: 'other', description: 'x', quantity: 1, unitPrice: '1.00' },
  ],
  ['put', `/api/bills/${visitId}/discount`, { version: 99, percent: '5.00', reason: 'x' }],
  ['put', `/api/bills/${visitId}/panel`, { version: 99, panelId, reference: 'x' }],
  ['post', `/api/bills/${visitId}/split`, { version: 99 }],
  ['post', `/api/bills/${visitId}/renew`, { version: 99 }],
  ['post', '/api/shifts', { float: '1.00' }],
  ['post', `/api/shifts/${shiftId}/close`, { version: 99, counted: { cash: '1.00' }, note: 'x' }],
  ['post', '/api/panels', { code: 'P1', name: 'x', kind: 'insurer', percent: '80.00', copay: '1.00' }],
  ['patch', `/api/panels/${panelId}`, { version: 99, visitCap: '5.00' }],
]

const strange = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.constantFrom(
    null,
    [],
    {},
    -1,
    Number.MAX_VALUE,
    0.5,
    '',
    '0',
    '-1.00',
    '1e9',
    '0.1',
    '999999999999.99',
    '9223372036854775808',
    '\u0000',
    'x'.repeat(5000),
    '__proto__',
  ),
)
const json = (value: unknown) => {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return 'null'
  }
}
const send = (verb: Verb, path: string, body: string) =>
  api
    .call(verb, path, api.as.admin)
    .set('Content-Type', 'application/json')
    .set('Idempotency-Key', randomUUID())
    .send(body)

describe('strange bodies', () => {
  it('are refused or taken, never a fault of ours, and never repeated in the answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(11), strange, fc.nat(8), async (which, value, field) => {
        const [verb, path, body] = calls()[which] as [Verb, string, Record<string, unknown>]
        const names = Object.keys(body)
        const changed = { ...body, [names[field] ?? 'CANARYfield']: value }
        for (const sent of [json(value), json(changed)]) {
          const answer = await send(verb, path, sent)
          expect(answer.status, `${verb} ${path} ${sent.slice(0, 200)}`).toBeLessThan(500)
          expect(answer.text).not.toContain('CANARYfield')
        }
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it.each(['role', 'id', 'createdAt', 'status', 'amountSen', 'paid', 'total', '__proto__', 'constructor'])(
    'with the field %s are refused by every call',
    async (field) => {
      for (const [verb, path, body] of calls()) {
        const answer = await send(verb, path, `{${json(field)}:{"a":1},${json(body).slice(1)}`)
        expect([400, 422], `${path}: ${answer.status}`).toContain(answer.status)
      }
    },
  )

  it.each([9, 9.5, '9', '9.5', '09.00', '+9.00', '9,00', '9.000', '-9.00', '1000000.00', true, ['9.00']])(
    'with the amount %j are refused',
    async (amount) => {
      const tenders = [{ method: 'card', amount }]
      const answer = await send(
        'post',
        '/api/payments',
        json({ visitId, version: 1, balance: '9.00', tenders }),
      )
      expect(answer.status).toBe(400)
    },
  )

  it('with an impossibly large sum are refused by a rule', async () => {
    const line = { version: 1, kind: 'other', description: 'x', quantity: 9999, unitPrice: '999999.99' }
    const answer = await send('post', `/api/bills/${visitId}/items`, json(line))
    expect(answer.status).toBe(422)
    expect(await api.bill(visitId)).toMatchObject({ total: '9.00', version: 1 })
  })
})

describe('any text', () => {
  it.each([
    "Robert'); drop table bills;--",
    '<script>alert(1)</script>',
    '%s %n $(id) {{7*7}} \\u0000 \\',
    '李小龙 குமார் عبدالله 😀👨‍👩‍👧',
    '$.body.entity.number "@id@" :name ? ?? /* */',
  ])('is stored and given back exactly: %s', async (text) => {
    const { visitId: own } = await api.payable('1.00')
    const line = { version: 1, kind: 'other', description: text, quantity: 1, unitPrice: '0.00' }
    const added = await send('post', `/api/bills/${own}/items`, json(line))
    expect(added.body.items.at(-1).description).toBe(text)
    const reference = [...text].slice(0, 20).join('').trim()
    const payment = await api.paid(own, [{ method: 'card', amount: '1.00', reference }])
    expect(payment.tenders[0]?.reference).toBe(reference)
    const receipt = await api.call('get', `/api/receipts/${payment.number}`, api.as.cashier)
    expect(receipt.body.bill.items.at(-1).description).toBe(text)
    for (const query of ['?paper=A5&language=en', '?paper=roll80&language=ms']) {
      const pdf = await api.call('get', `/api/receipts/${payment.number}.pdf${query}`, api.as.cashier)
      expect([pdf.status, pdf.headers['content-type']]).toEqual([200, 'application/pdf'])
    }
  })
})
