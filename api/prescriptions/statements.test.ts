import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PrescriptionApi, startPrescriptionApi, tablets } from './testing.ts'

let api: PrescriptionApi
let medicines: string[]
beforeAll(async () => {
  api = await startPrescriptionApi()
  medicines = []
  for (let n = 0; n < MANY; n++) medicines.push((await api.medicine()).id)
})
afterAll(() => api.close())

const MANY = 12

/** Statements that a request takes; what the process does beside its requests is not counted. */
async function statements(work: () => Promise<{ status: number; text: string }>): Promise<number> {
  const seen: string[] = []
  const listen = ({ sql }: { sql: string }) => void seen.push(sql)
  api.deps.db.on('query', listen)
  const answer = await work()
  api.deps.db.removeListener('query', listen)
  expect(answer.status, answer.text).toBe(200)
  return seen.filter((sql) => !/cache_invalidations|outbox_events where|audit_|operations/i.test(sql)).length
}

it('a prescription is written in as many statements for twelve lines as for one', async () => {
  const counted = async (lines: number) => {
    const { id } = await api.open()
    const some = medicines.slice(0, lines)
    const order = some.map((each) => tablets(each))
    const first = await statements(() => api.put(id, order))
    const [known] = (await api.call('get', `/api/consultations/${id}/prescription`, api.lim.cookie)).body
      .lines
    const all = (await api.call('get', `/api/consultations/${id}/prescription`, api.lim.cookie)).body.lines
    expect(all).toHaveLength(lines)
    const changed = all.map((each: { id: string; medicationId: string }) =>
      tablets(each.medicationId, { id: each.id, durationDays: 7 }),
    )
    const second = await statements(() => api.put(id, changed, 1))
    const third = await statements(() => api.put(id, [tablets(known.medicationId, { id: known.id })], 2))
    return [first, second, third]
  }
  await counted(1)
  const few = await counted(2)
  expect(await counted(MANY)).toEqual(few)
  for (const each of few) expect(each).toBeLessThanOrEqual(14)
})

it('work list, stock of its medicines and bill are read in as many statements for many lines as for one', async () => {
  const { pharmacist, cashier } = { ...api.others, ...api.as }
  const counted = async (lines: number) => {
    const { consultation } = await api.ordered(medicines.slice(0, lines).map((each) => tablets(each)))
    const { visitId } = consultation
    const ids = medicines.slice(0, lines).join(',')
    const list = `/api/dispensing?visit=${visitId}`
    const work = await statements(() => api.call('get', list, pharmacist).then())
    expect((await api.call('get', list, pharmacist)).body.data).toHaveLength(lines)
    const shelf = await statements(() =>
      api.call('get', `/api/medications/stock?ids=${ids}`, pharmacist).then(),
    )
    const bill = await statements(() => api.call('get', `/api/bills/${visitId}`, cashier).then())
    expect((await api.call('get', `/api/bills/${visitId}`, cashier)).body.items.length).toBeGreaterThan(lines)
    return { work, shelf, bill }
  }
  await counted(1)
  const few = await counted(1)
  const many = await counted(MANY)
  expect([many.work, many.bill]).toEqual([few.work, few.bill])
  // stock that was read before may come from the cache
  expect(many.shelf).toBeLessThanOrEqual(1)
  expect(few.work).toBeLessThanOrEqual(2)
  expect(few.bill).toBeLessThanOrEqual(10)
})
