import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { medication as shape } from '../../shared/medications/schema.ts'
import { type QueueApi, startQueueApi } from '../queue/testing.ts'

let api: QueueApi
let pharmacist: string
let serial = 0

beforeAll(async () => {
  api = await startQueueApi()
  pharmacist = await api.signIn('pharmacist')
})
afterAll(() => api.close())

const input = (more: Record<string, unknown> = {}) => ({
  sku: `T-${++serial}`,
  genericName: 'Paracetamol',
  unit: 'tablet',
  form: 'tablet',
  strength: '500 mg',
  sellingPrice: '0.5',
  costPrice: '0.20',
  ...more,
})
const create = (body: object, cookie = pharmacist) => api.call('post', '/api/medications', cookie).send(body)
const patch = (id: string, body: object, cookie = pharmacist) =>
  api.call('patch', `/api/medications/${id}`, cookie).send(body)
const get = (id: string, cookie = pharmacist) => api.call('get', `/api/medications/${id}`, cookie)

describe('writing medicines', () => {
  it('adds one, which is read as it was answered, prices with two decimals', async () => {
    const made = await create(input({ psychotropic: true, poisonGroup: 'B', reorderLevel: 20 }))
    expect(made.status, made.text).toBe(201)
    expect(made.headers.location).toBe(`/api/medications/${made.body.id}`)
    expect(shape.strict().parse(made.body)).toMatchObject({
      sellingPrice: '0.50',
      costPrice: '0.20',
      psychotropic: true,
      reorderLevel: 20,
      active: true,
      version: 1,
    })
    expect((await get(made.body.id)).body).toEqual(made.body)
  })

  it('refuses a second one with the same code, naming the field', async () => {
    const body = input()
    await create(body)
    const again = await create(body)
    expect([again.status, again.body.code, again.body.field]).toEqual([409, 'state/duplicate', 'sku'])
  })

  it('changes prices for the next reader, in lists too, and says who did', async () => {
    const { body: made } = await create(input({ genericName: `Canary${++serial}` }))
    const list = () => api.call('get', `/api/medications?query=${made.genericName}`, pharmacist)
    expect((await list()).body.data[0].sellingPrice).toBe('0.50')
    const changed = await patch(made.id, { sellingPrice: '12.345', version: 1 })
    expect(changed.status).toBe(400)
    const done = await patch(made.id, { sellingPrice: '12.3', version: 1 })
    expect([done.status, done.body.sellingPrice, done.body.version]).toEqual([200, '12.30', 2])
    expect((await get(made.id)).body).toEqual(done.body)
    expect((await list()).body.data[0]).toEqual(done.body)
    const entry = await api.deps
      .db('audit_entries')
      .where({ action: 'medications.update', entity_id: made.id })
      .first('detail', 'username')
    expect([entry.username, entry.detail]).toEqual(['pharmacist', { fields: ['selling_price'], version: 2 }])
  })

  it('lets one of two who change at once win; the other sees what is', async () => {
    const { body: made } = await create(input())
    const answers = await Promise.all(
      ['1.00', '2.00'].map((sellingPrice) => patch(made.id, { sellingPrice, version: 1 })),
    )
    const won = answers.find(({ status }) => status === 200)
    const lost = answers.find(({ status }) => status === 409)
    expect(lost?.body).toMatchObject({ code: 'state/version', current: won?.body })
  })

  it('takes one out of use, softly: it is found by its id and among those no longer used', async () => {
    const { body: made } = await create(input({ genericName: `Gone${++serial}` }))
    const remove = () => api.call('delete', `/api/medications/${made.id}`, pharmacist)
    expect((await remove().set('If-Match', '7')).status).toBe(409)
    expect((await remove().set('If-Match', '1')).status).toBe(204)
    expect((await remove()).status).toBe(204)
    expect((await get(made.id)).body).toMatchObject({ active: false, version: 2 })
    const found = async (query: string) =>
      (await api.call('get', `/api/medications?query=${made.genericName}${query}`, pharmacist)).body.meta
        .total
    expect([await found(''), await found('&active=false'), await found('&active=all')]).toEqual([0, 1, 1])
  })

  it('is for those who keep the medicines; doctors and assistants never see what the clinic pays', async () => {
    const { body: made } = await create(input())
    for (const cookie of [api.as.doctor, api.as.assistant, api.as.cashier]) {
      expect((await create(input(), cookie)).status).toBe(403)
      expect((await patch(made.id, { version: 1, sellingPrice: '9' }, cookie)).status).toBe(403)
      expect((await api.call('delete', `/api/medications/${made.id}`, cookie)).status).toBe(403)
      expect((await get(made.id, cookie)).body).not.toHaveProperty('costPrice')
    }
    expect((await get(made.id, api.as.admin)).body.costPrice).toBe('0.20')
  })

  it.each([
    { sellingPrice: '-1' },
    { sellingPrice: 4.5 },
    { sellingPrice: '1e3' },
    { atcCode: 'n02be01' },
    { poisonGroup: 'Z' },
    { reorderLevel: -1 },
    { genericName: '' },
    { id: '7' },
    { version: 1 },
  ])('refuses %o', async (more) => {
    expect((await create(input(more))).status).toBe(400)
  })

  it('needs a version to change one, and knows no one that is not there', async () => {
    const { body: made } = await create(input())
    expect((await patch(made.id, { sellingPrice: '1.00' })).status).toBe(400)
    expect((await patch('999999', { version: 1 })).status).toBe(404)
    expect((await patch('x', { version: 1 })).status).toBe(404)
  })
})
