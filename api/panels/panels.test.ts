import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Panel, panelList, panel as panelShape } from '../../shared/panels/schema.ts'
import { type BillingApi, startBillingApi } from '../billing/testing.ts'

let api: BillingApi

beforeAll(async () => {
  api = await startBillingApi()
  await api.openShift()
})
afterAll(() => api.close())

let serial = 0
const add = async (more: Record<string, unknown> = {}): Promise<Panel> => {
  serial++
  const body = { code: `P${serial}`, name: 'Panel', kind: 'company', ...more }
  const answer = await api.call('post', '/api/panels', api.as.admin).send(body)
  expect(answer.status, answer.text).toBe(201)
  return panelShape.strict().parse(answer.body)
}
const patch = (id: string, body: Record<string, unknown>, cookie = api.as.admin) =>
  api.call('patch', `/api/panels/${id}`, cookie).send(body)

describe('panels', () => {
  it('are added, listed and read from the cache, changed by version', async () => {
    const made = await add({ percent: '80.00', copay: '5.00', visitCap: '60.00', address: 'KL' })
    expect(made).toMatchObject({
      percent: '80.00',
      copay: '5.00',
      visitCap: '60.00',
      yearLimit: null,
      active: true,
    })
    const list = await api.call('get', '/api/panels', api.as.cashier)
    expect(panelList.parse(list.body).data).toContainEqual(made)
    const again = await api.call('get', '/api/panels', api.as.cashier)
    expect(again.headers).toMatchObject({ 'x-cache': 'HIT', 'cache-control': 'private, no-cache' })
    const same = await api
      .call('get', '/api/panels', api.as.cashier)
      .set('If-None-Match', again.headers.etag as string)
    expect(same.status).toBe(304)
    const changed = await patch(made.id, { visitCap: null, version: 1 })
    expect(changed.body).toMatchObject({ visitCap: null, version: 2 })
    expect((await api.call('get', `/api/panels/${made.id}`, api.as.doctor)).body).toEqual(changed.body)
    const late = await patch(made.id, { name: 'x', version: 1 })
    expect([late.status, late.body.current]).toEqual([409, changed.body])
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => patch(made.id, { name: 'y', version: 2 })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('have codes of their own, and are kept by those who keep prices', async () => {
    const made = await add()
    const twice = { code: made.code, name: 'x', kind: 'company' }
    const taken = await api.call('post', '/api/panels', api.as.admin).send(twice)
    expect([taken.status, taken.body.field]).toEqual([409, 'code'])
    for (const cookie of [api.as.cashier, api.as.doctor, api.as.assistant])
      expect((await patch(made.id, { name: 'x', version: 1 }, cookie)).status).toBe(403)
    expect((await patch(made.id, { name: 'x', version: 1 }, await api.signIn('pharmacist'))).status).toBe(200)
    for (const id of ['0', 'x', '999999']) {
      expect((await api.call('get', `/api/panels/${id}`, api.as.admin)).status).toBe(404)
      expect((await patch(id, { name: 'x', version: 1 })).status).toBe(404)
      const month = await api.call('get', `/api/panels/${id}/statement?month=2026-01`, api.as.admin)
      expect(month.status).toBe(404)
    }
  })

  it('a change of the rule shows on a bill at once, and one that is off pays nothing new', async () => {
    const made = await add({ percent: '50.00' })
    const { visitId } = await api.payable('40.00')
    const choose = (version: number) =>
      api.call('put', `/api/bills/${visitId}/panel`, api.as.cashier).send({ version, panelId: made.id })
    expect((await choose(1)).body.panel.share).toBe('20.00')
    expect((await api.bill(visitId)).panel?.share).toBe('20.00')
    await patch(made.id, { percent: '25.00', version: 1 })
    expect((await api.bill(visitId)).panel?.share).toBe('10.00')
    await patch(made.id, { active: false, version: 2 })
    expect((await choose(2)).status).toBe(422)
  })

  it('a statement goes page by page', async () => {
    const made = await add()
    for (let n = 0; n < 3; n++) {
      const { visitId } = await api.payable('10.00')
      await api
        .call('put', `/api/bills/${visitId}/panel`, api.as.cashier)
        .send({ version: 1, panelId: made.id })
      await api.paid(visitId, [{ method: 'panel' }])
    }
    const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)
    const seen: string[] = []
    let cursor = ''
    do {
      const path = `/api/panels/${made.id}/statement?month=${month}&limit=2${cursor}`
      const { body } = await api.call('get', path, api.as.admin)
      expect(body.meta).toMatchObject({ total: '30.00', lines: 3 })
      seen.push(...body.data.map(({ number }: { number: string }) => number))
      cursor = body.meta.next === null ? '' : `&cursor=${body.meta.next}`
    } while (cursor !== '')
    expect(new Set(seen).size).toBe(3)
    const empty = await api.call('get', `/api/panels/${made.id}/statement?month=2020-01`, api.as.admin)
    expect(empty.body).toMatchObject({ data: [], meta: { total: '0.00', lines: 0 } })
    expect(
      (await api.call('get', `/api/panels/${made.id}/statement?month=2020-13`, api.as.admin)).status,
    ).toBe(400)
  })
})

describe('the list of payments', () => {
  it('is filtered by day, method, cashier, status and kind, and paged by cursor', async () => {
    const { visitId } = await api.payable('10.00')
    const payment = await api.paid(visitId, [
      { method: 'transfer', amount: '5.00' },
      { method: 'card', amount: '5.00' },
    ])
    const list = async (query: string) =>
      (await api.call('get', `/api/payments?${query}`, api.as.cashier)).body
    const ids = async (query: string) => (await list(query)).data.map(({ id }: { id: string }) => id)
    expect(await ids('method=transfer')).toEqual([payment.id])
    expect((await ids(`day=${payment.day}&method=panel`)).length).toBe(3)
    expect(await ids('day=2020-01-01')).toEqual([])
    expect((await ids(`cashier=${payment.cashier.id}`)).length).toBe(4)
    expect(await ids('status=void')).toEqual([])
    expect(await ids('kind=refund')).toEqual([])
    const first = await list('limit=3')
    expect(first.meta).toMatchObject({ page: 1, limit: 3, total: 4, totalPages: 2 })
    const rest = await list(`limit=3&cursor=${first.meta.next}`)
    expect(rest.meta).toMatchObject({ page: null, next: null })
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(await ids('limit=10'))
    expect(await ids('limit=3&page=2')).toEqual(rest.data.map(({ id }: { id: string }) => id))
    for (const query of [
      'limit=101',
      'page=0',
      'cursor=x',
      'cursor=5&page=2',
      'limit=100&page=101',
      'method=gold',
    ])
      expect((await api.call('get', `/api/payments?${query}`, api.as.cashier)).status, query).toBe(400)
  })
})
