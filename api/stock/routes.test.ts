import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stock as shape } from '../../shared/stock/schema.ts'
import { daysAhead, type StockApi, startStockApi } from './testing.ts'

let api: StockApi
beforeAll(async () => {
  api = await startStockApi()
})
afterAll(() => api.close())

const adjust = (id: string, body: object, cookie = api.pharmacist) =>
  api.call('post', `/api/medications/${id}/stock/adjustments`, cookie).send(body)
const count = (id: string, body: object, cookie = api.pharmacist) =>
  api.call('post', `/api/medications/${id}/stock/counts`, cookie).send(body)
const movements = async (id: string, query = '') =>
  (await api.call('get', `/api/medications/${id}/stock/movements${query}`, api.pharmacist)).body

describe('receiving', () => {
  it('puts a delivery on the shelf, shown at once to the next reader, and writes down what came', async () => {
    const { id } = await api.medicine({ reorderLevel: 5 })
    expect(await api.stock(id)).toMatchObject({ onHand: 0, available: 0, low: true, batches: [], version: 0 })
    const made = await api.receive(id, 100, { batchNo: 'L1', supplier: 'Pharmaniaga', costPrice: '0.25' })
    expect(made.status, made.text).toBe(201)
    expect(shape.strict().parse(made.body)).toMatchObject({
      onHand: 100,
      available: 100,
      low: false,
      batches: [{ batchNo: 'L1', onHand: 100, costPrice: '0.25', supplier: 'Pharmaniaga', expired: false }],
    })
    expect(await api.stock(id)).toEqual(made.body)
    expect((await movements(id)).data).toMatchObject([
      { kind: 'receive', quantity: 100, balance: 100, batchNo: 'L1', by: 'pharmacist' },
    ])
    const audit = await api.deps.db('audit_entries').where({ action: 'stock.receive', entity_id: id })
    expect(audit).toHaveLength(1)
  })

  it('adds to a batch that is known, and refuses one known with another expiry, or over already', async () => {
    const { id } = await api.medicine()
    await api.receive(id, 10, { batchNo: 'L1', expiresOn: daysAhead(30) })
    const more = await api.receive(id, 5, { batchNo: 'L1', expiresOn: daysAhead(30) })
    expect(more.body).toMatchObject({ onHand: 15, batches: [{ onHand: 15 }] })
    const other = await api.receive(id, 5, { batchNo: 'L1', expiresOn: daysAhead(31) })
    const over = await api.receive(id, 5, { expiresOn: daysAhead(-1) })
    expect([other.status, over.status]).toEqual([422, 422])
    expect((await api.stock(id)).onHand).toBe(15)
  })

  it('is done once under a key, however often and however much at once it is sent', async () => {
    const { id } = await api.medicine()
    const body = { batchNo: 'L1', expiresOn: daysAhead(30), quantity: 10 }
    const send = (quantity = 10) =>
      api
        .call('post', `/api/medications/${id}/stock`, api.pharmacist)
        .set('Idempotency-Key', `receive-${id}`)
        .send({ ...body, quantity })
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(({ status, body: { onHand } }) => [status, onHand])).toEqual(
      Array.from({ length: 3 }, () => [201, 10]),
    )
    expect((await send(11)).status).toBe(422)
    expect((await api.stock(id)).onHand).toBe(10)
  })
})

describe('correcting', () => {
  it('takes off with a reason, for whoever has seen the batch as it is, and never below nothing', async () => {
    const { id } = await api.medicine()
    const { batches } = (await api.receive(id, 10)).body
    const batchId = batches[0]?.id
    const seen = { batchId, version: batches[0]?.version }
    expect((await adjust(id, { ...seen, change: -3 })).status).toBe(400)
    const done = await adjust(id, { ...seen, change: -3, reason: 'Broken' })
    expect([done.status, done.body.onHand]).toEqual([201, 7])
    const late = await adjust(id, { ...seen, change: -1, reason: 'Lost' })
    expect([late.status, late.body.code, late.body.current]).toEqual([409, 'state/version', done.body])
    const now = { batchId, version: done.body.batches[0].version, reason: 'Lost' }
    expect((await adjust(id, { ...now, change: -8 })).status).toBe(422)
    const other = await api.medicine()
    expect((await adjust(other.id, { ...now, change: -1 })).status).toBe(422)
    expect(await api.books(id)).toMatchObject({ level: 7, batches: 7, moved: 7 })
  })

  it('puts what was counted in place of the book, unless something moved meanwhile', async () => {
    const { id } = await api.medicine()
    await api.receive(id, 10, { batchNo: 'A' })
    const { batches } = (await api.receive(id, 20, { batchNo: 'B' })).body
    const counts = batches.map((batch, n) => ({
      batchId: batch.id,
      version: batch.version,
      counted: batch.onHand - 1 + 2 * n,
    }))
    const done = await count(id, { counts, reason: 'Month end' })
    expect([done.status, done.body.onHand]).toEqual([201, 30])
    expect((await count(id, { counts })).status).toBe(409)
    expect((await movements(id)).data.filter(({ kind }: { kind: string }) => kind === 'count')).toHaveLength(
      2,
    )
  })
})

describe('lists', () => {
  it('show what is low and what expires, anew after a change of medicine or stock', async () => {
    const { id, version, genericName } = await api.medicine({ reorderLevel: 10 })
    const low = async () =>
      (await api.call('get', '/api/stock/low?limit=100', api.pharmacist)).body.data.find(
        (row: { medicationId: string }) => row.medicationId === id,
      )
    expect(await low()).toMatchObject({ onHand: 0, available: 0, reorderLevel: 10 })
    await api.receive(id, 10, { batchNo: 'SOON', expiresOn: daysAhead(20) })
    expect(await low()).toMatchObject({ available: 10 })
    await api.receive(id, 1, { batchNo: 'LATE', expiresOn: daysAhead(200) })
    expect(await low()).toBeUndefined()
    await api.call('patch', `/api/medications/${id}`, api.pharmacist).send({ version, reorderLevel: 11 })
    expect(await low()).toMatchObject({ available: 11, reorderLevel: 11 })
    const expiring = async (days: number) =>
      (
        await api.call('get', `/api/stock/expiring?withinDays=${days}&limit=100`, api.pharmacist)
      ).body.data.filter((row: { medicationId: string }) => row.medicationId === id)
    expect(await expiring(20)).toMatchObject([
      { batchNo: 'SOON', onHand: 10, expired: false, name: `${genericName} 500 mg tablet` },
    ])
    expect(await expiring(19)).toEqual([])
    const list = () => api.call('get', '/api/stock/expiring?withinDays=20', api.pharmacist)
    const { headers } = await list()
    expect(headers['x-cache']).toMatch(/HIT|MISS/)
    expect((await list().set('If-None-Match', headers.etag as string)).status).toBe(304)
  })

  it('counts what expired as on hand, and not as available', async () => {
    const { id } = await api.medicine()
    await api.receive(id, 5, { batchNo: 'OLD', expiresOn: daysAhead(5) })
    await api.deps
      .db('stock_batches')
      .where({ medication_id: id })
      .update({ expires_on: daysAhead(-1) })
    await api.receive(id, 2, { batchNo: 'NEW' })
    expect(await api.stock(id)).toMatchObject({ onHand: 7, available: 2, batches: [{ expired: true }, {}] })
  })

  it('values the shelves; what the clinic pays is for those who keep the medicines', async () => {
    const value = async (cookie: string) => (await api.call('get', '/api/stock/value', cookie)).body
    const before = await value(api.pharmacist)
    const { id } = await api.medicine()
    await api.receive(id, 1000)
    const after = await value(api.pharmacist)
    expect(Number(after.atSellingPrice) - Number(before.atSellingPrice)).toBeCloseTo(500)
    expect(Number(after.atCost) - Number(before.atCost)).toBeCloseTo(200)
    for (const cookie of [api.as.doctor, api.as.assistant]) {
      expect(Object.keys(await value(cookie)).sort()).toEqual(['atSellingPrice', 'batches', 'medicines'])
      expect((await api.stock(id, cookie)).batches[0]).not.toHaveProperty('costPrice')
    }
  })

  it('tells what is left of several medicines at once, and follows what comes', async () => {
    const [one, none, late] = [await api.medicine(), await api.medicine(), await api.medicine()]
    await api.receive(one.id, 5, { expiresOn: daysAhead(40) })
    await api.receive(one.id, 3, { expiresOn: daysAhead(20) })
    await api.receive(late.id, 2, { expiresOn: daysAhead(1) })
    const left = async () => {
      const path = `/api/medications/stock?ids=${late.id},${none.id},${one.id}`
      const { data } = (await api.call('get', path, api.as.doctor)).body as {
        data: { medicationId: string; onHand: number; available: number; expiresOn: string }[]
      }
      return Object.fromEntries(data.map(({ medicationId, ...rest }) => [medicationId, rest]))
    }
    expect(await left()).toEqual({
      [one.id]: { onHand: 8, available: 8, expiresOn: daysAhead(20) },
      [late.id]: { onHand: 2, available: 2, expiresOn: daysAhead(1) },
    })
    await api.receive(none.id, 4, { expiresOn: daysAhead(9) })
    expect((await left())[none.id]).toEqual({ onHand: 4, available: 4, expiresOn: daysAhead(9) })
    expect((await api.call('get', '/api/medications/stock?ids=', api.as.doctor)).status).toBe(400)
    expect((await api.call('get', `/api/medications/stock?ids=${one.id}`, api.as.cashier)).status).toBe(403)
  })

  it('walks through the movements, each once', async () => {
    const { id } = await api.medicine()
    for (let n = 1; n <= 5; n++) await api.receive(id, n)
    const first = await movements(id, '?limit=3')
    const second = await movements(id, `?limit=3&cursor=${first.meta.next}`)
    const all = [...first.data, ...second.data].map(({ quantity }) => quantity)
    expect([all, second.meta.next]).toEqual([[5, 4, 3, 2, 1], null])
  })

  it('keeps the register of psychotropic medicines alone, and records who looked', async () => {
    const plain = await api.medicine()
    const watched = await api.medicine({ psychotropic: true, poisonGroup: 'B' })
    await api.receive(plain.id, 5)
    await api.receive(watched.id, 7)
    const answer = await api.call('get', `/api/stock/register?from=${daysAhead(0)}&to=${daysAhead(0)}`)
    expect(answer.status).toBe(200)
    expect(answer.body.data).toMatchObject([
      { medicationId: watched.id, quantity: 7, balance: 7, patient: null },
    ])
    const yesterday = await api.call('get', `/api/stock/register?to=${daysAhead(-1)}`)
    expect(yesterday.body.data).toEqual([])
  })
})

describe('rights and bad requests', () => {
  it('doctors look, cashiers do not, assistants work but do not set costs', async () => {
    const { id } = await api.medicine()
    const path = `/api/medications/${id}/stock`
    expect((await api.call('get', path, api.as.doctor)).status).toBe(200)
    expect((await api.call('get', path, api.as.cashier)).status).toBe(403)
    expect((await api.receive(id, 1, {}, api.as.doctor)).status).toBe(403)
    expect((await api.receive(id, 1, {}, api.as.assistant)).status).toBe(201)
    expect((await api.receive(id, 1, { costPrice: '1.00' }, api.as.assistant)).status).toBe(403)
  })

  it.each([
    { quantity: 0 },
    { quantity: 1.5 },
    { quantity: '5' },
    { expiresOn: '31/12/2027' },
    { expiresOn: '2027-02-30' },
    { batchNo: ' ' },
    { costPrice: '1.234' },
    { onHand: 7 },
  ])('refuses a delivery with %o', async (more) => {
    const { id } = await api.medicine()
    expect((await api.receive(id, 5, more)).status).toBe(400)
  })

  it('knows no stock of what is not there', async () => {
    expect((await api.call('get', '/api/medications/999999/stock')).status).toBe(404)
    expect((await api.call('get', '/api/medications/x/stock')).status).toBe(404)
    expect((await api.receive('999999', 1)).status).toBe(404)
  })
})
