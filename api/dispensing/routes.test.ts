import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dispensingItem } from '../../shared/dispensing/schema.ts'
import { tablets } from '../prescriptions/testing.ts'
import { type DispensingApi, startDispensingApi } from './testing.ts'

let api: DispensingApi
beforeAll(async () => {
  api = await startDispensingApi()
})
afterAll(() => api.close())

const work = async (query: string) =>
  (await api.call('get', `/api/dispensing?${query}`, api.pharmacist)).body.data
const stocked = async (quantity = 100) => {
  const medicine = await api.medicine()
  if (quantity > 0) await api.receive(medicine.id, quantity)
  return medicine
}
const idsOf = ({ lines }: { lines: { id: string }[] }) => lines.map(({ id }) => id) as [string, ...string[]]

describe('dispensing', () => {
  it('goes from the order to the patient; the last line sends him on to pay', async () => {
    const [a, b] = [await stocked(), await stocked()]
    const { consultation, prescription } = await api.ordered([tablets(a.id), tablets(b.id)])
    const list = await work(`status=ordered&visit=${consultation.visitId}`)
    expect(list.map((item: object) => dispensingItem.strict().parse(item).status)).toEqual([
      'ordered',
      'ordered',
    ])
    expect(list[0]).toMatchObject({ ticket: { id: consultation.ticketId, status: 'dispensing' } })
    for (const id of idsOf(prescription)) {
      expect((await api.step(id, 'prepare', { version: 1 })).body).toMatchObject({
        status: 'prepared',
        version: 2,
      })
      const before = await api.ticketNow(consultation.ticketId)
      expect(before.status).toBe('dispensing')
      const done = await api.step(id, 'hand-over', { version: 2 })
      expect(done.status, done.text).toBe(200)
      expect(done.body).toMatchObject({ status: 'handed_over', version: 3 })
    }
    expect((await api.ticketNow(consultation.ticketId)).status).toBe('payment')
    expect(await api.books(a.id)).toMatchObject({ level: 90, batches: 90, moved: 90 })
    const moved = await api.deps.db('stock_movements').where({ line_id: idsOf(prescription)[0] })
    expect(moved).toMatchObject([{ kind: 'dispense', quantity: -10, patient_id: prescription.patientId }])
    const audit = await api.deps.db('audit_entries').where({ patient_id: prescription.patientId })
    const actions = audit.map(({ action }) => action)
    expect(actions.filter((action) => action.startsWith('dispensing.'))).toHaveLength(4)
  })

  it('takes from the batch that expires first, and puts back where it came from, once', async () => {
    const medicine = await stocked(0)
    await api.receive(medicine.id, 50, 300)
    await api.receive(medicine.id, 4, 30)
    const { prescription } = await api.ordered([tablets(medicine.id)])
    const [id] = idsOf(prescription)
    await api.step(id, 'prepare', { version: 1 })
    await api.step(id, 'hand-over', { version: 2 })
    const shelf = async () =>
      (await api.deps.db('stock_batches').where({ medication_id: medicine.id }).orderBy('expires_on')).map(
        ({ on_hand }) => on_hand,
      )
    expect(await shelf()).toEqual([0, 44])
    expect((await api.step(id, 'return', { version: 3 })).status).toBe(400)
    const back = { version: 3, reason: 'Wrong strength' }
    const answers = [
      await api.step(id, 'return', back, { key: `r-${id}` }),
      await api.step(id, 'return', back, { key: `r-${id}` }),
    ]
    expect(answers.map(({ status, body }) => [status, body.status])).toEqual([
      [200, 'returned'],
      [200, 'returned'],
    ])
    expect(await shelf()).toEqual([4, 50])
    expect((await api.step(id, 'return', { ...back, version: 4 })).status).toBe(409)
    expect(await api.books(medicine.id)).toMatchObject({ level: 54, batches: 54, moved: 54 })
  })

  it('destroys what is brought back where it may not go on the shelf', async () => {
    const medicine = await stocked()
    const { prescription } = await api.ordered([tablets(medicine.id)])
    const [id] = idsOf(prescription)
    await api.step(id, 'prepare', { version: 1 })
    await api.step(id, 'hand-over', { version: 2 })
    await api.step(id, 'return', { version: 3, reason: 'Opened', restock: false })
    expect(await api.books(medicine.id)).toMatchObject({ level: 90, moved: 90 })
  })

  it('lets one of two dispensers win; the other sees the line', async () => {
    const medicine = await stocked()
    const { prescription } = await api.ordered([tablets(medicine.id)])
    const [id] = idsOf(prescription)
    await api.step(id, 'prepare', { version: 1 })
    const answers = await Promise.all([
      api.step(id, 'hand-over', { version: 2 }),
      api.step(id, 'hand-over', { version: 2 }, { cookie: api.as.assistant }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const won = answers.find(({ status }) => status === 200)
    expect(answers.find(({ status }) => status === 409)?.body.current).toEqual(won?.body)
    expect((await api.books(medicine.id)).level).toBe(90)
  })

  it('refuses what is short, and then nothing has happened', async () => {
    const medicine = await stocked(9)
    const { consultation, prescription } = await api.ordered([tablets(medicine.id)])
    const [id] = idsOf(prescription)
    await api.step(id, 'prepare', { version: 1 })
    const short = await api.step(id, 'hand-over', { version: 2 })
    expect([short.status, short.body]).toMatchObject([409, { code: 'state/conflict', available: 9 }])
    expect(short.body.current).toMatchObject({ status: 'prepared', version: 2 })
    expect((await api.ticketNow(consultation.ticketId)).status).toBe('dispensing')
    expect(await api.books(medicine.id)).toMatchObject({ level: 9, moved: 9 })
    const back = await api.step(id, 'return', { version: 2, reason: 'Nothing left' })
    expect(back.body.status).toBe('returned')
    expect((await api.ticketNow(consultation.ticketId)).status).toBe('payment')
  })

  it('knows nothing of what is not signed, and skips no step', async () => {
    const medicine = await stocked()
    const opened = await api.open()
    const { body } = await api.put(opened.id, [tablets(medicine.id)])
    const [id] = idsOf(body)
    expect(await work(`visit=${opened.visitId}`)).toEqual([])
    expect((await api.step(id, 'prepare', { version: 1 })).status).toBe(409)
    const { prescription } = await api.ordered([tablets(medicine.id)])
    const [line] = idsOf(prescription)
    expect((await api.step(line, 'hand-over', { version: 1 })).status).toBe(409)
    expect((await api.step(line, 'prepare', { version: 2 })).status).toBe(409)
    expect((await api.step('999999', 'prepare', { version: 1 })).status).toBe(404)
  })

  it('keeps a prepared line from being changed until it is put back', async () => {
    const medicine = await stocked()
    const { consultation, prescription } = await api.ordered([tablets(medicine.id)])
    await api.step(idsOf(prescription)[0], 'prepare', { version: 1 })
    const changed = await api.put(consultation.id, [], 2)
    expect([changed.status, changed.body.code]).toEqual([409, 'state/conflict'])
  })

  it('is for assistants and pharmacists; doctors look, cashiers do not', async () => {
    const medicine = await stocked()
    const { prescription } = await api.ordered([tablets(medicine.id)])
    const [id] = idsOf(prescription)
    for (const cookie of [api.lim.cookie, api.as.cashier])
      expect((await api.step(id, 'prepare', { version: 1 }, { cookie })).status).toBe(403)
    expect((await api.call('get', `/api/dispensing/${id}`, api.lim.cookie)).status).toBe(200)
    expect((await api.call('get', '/api/dispensing', api.as.cashier)).status).toBe(403)
    for (const body of [{}, { version: '1' }, { version: 1, status: 'handed_over' }, { version: 0 }])
      expect((await api.step(id, 'prepare', body)).status).toBe(400)
    expect((await api.step(id, 'prepare', { version: 1 }, { cookie: api.as.assistant })).status).toBe(200)
  })

  it('prints a label of 85×55 mm', async () => {
    const medicine = await stocked()
    const { prescription } = await api.ordered([tablets(medicine.id, { timing: 'after_food' })])
    const path = `/api/dispensing/${idsOf(prescription)[0]}/label.pdf`
    const label = await api.call('get', path, api.pharmacist).buffer(true)
    expect([label.status, label.headers['content-type']]).toEqual([200, 'application/pdf'])
    const text = label.body instanceof Buffer ? label.body.toString('latin1') : String(label.text)
    const [, width, height] = /MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text) ?? []
    expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([241, 156])
  })
})
