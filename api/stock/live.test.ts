import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EventBody } from '../../shared/events/registry.ts'
import { type StockApi, startStockApi } from './testing.ts'

let api: StockApi
beforeAll(async () => {
  api = await startStockApi()
})
afterAll(() => api.close())

const eventsOf = async (id: string): Promise<EventBody[]> =>
  (await api.deps.db('outbox_events').where({ topic: 'stock' }).orderBy('id').pluck('body'))
    .map((body) => (typeof body === 'string' ? JSON.parse(body) : body).body as EventBody)
    .filter(({ entity }) => entity.id === id)

it('tells what moved and what is left, once for each change, and nothing of one that was refused', async () => {
  const { id } = await api.medicine()
  const { batches } = (await api.receive(id, 10)).body
  const [batch] = batches as [(typeof batches)[number]]
  const adjust = (body: object) =>
    api.call('post', `/api/medications/${id}/stock/adjustments`, api.pharmacist).send(body)
  const taken = { batchId: batch.id, change: -4, reason: 'Broken', version: batch.version }
  expect((await adjust(taken)).status).toBe(201)
  expect((await adjust(taken)).status).toBe(409)
  expect((await adjust({ ...taken, change: -40, version: batch.version + 1 })).status).toBe(422)
  const events = await eventsOf(id)
  expect(events.map(({ type, entity }) => [type, entity])).toEqual([
    ['stock.changed', { id, onHand: 10 }],
    ['stock.changed', { id, onHand: 6 }],
  ])
})

it('lets those listen who may look', async () => {
  const listen = async (topic: string, cookie: string): Promise<number> => {
    const ends = new AbortController()
    const answer = await fetch(`${api.url}/api/sse/events?topics=${topic}`, {
      headers: { Cookie: cookie },
      signal: ends.signal,
    })
    ends.abort()
    return answer.status
  }
  const { assistant, doctor, cashier } = api.as
  const of = { assistant, doctor, cashier, pharmacist: api.pharmacist }
  const heard = async (topic: string) => {
    const statuses = Object.entries(of).map(async ([role, cookie]) => [role, await listen(topic, cookie)])
    return Object.fromEntries(await Promise.all(statuses))
  }
  expect(await heard('stock')).toEqual({ assistant: 200, doctor: 200, cashier: 403, pharmacist: 200 })
  expect(await heard('appointments')).toEqual({
    ...{ assistant: 200, doctor: 200, cashier: 200, pharmacist: 403 },
  })
})
