import { afterAll, beforeAll, expect, it } from 'vitest'
import { tablets } from '../prescriptions/testing.ts'
import { type DispensingApi, raceForStock, startDispensingApi } from './testing.ts'

let api: DispensingApi
beforeAll(async () => {
  api = await startDispensingApi()
})
afterAll(() => api.close())

it('hand-overs, returns and corrections at once keep every unit, and never give more than there is', async () => {
  await raceForStock(api, 12, 10)
}, 120_000)

it('the last two lines of a ticket, handed over at once, send it to payment once', async () => {
  const [a, b] = [await api.medicine(), await api.medicine()]
  for (const { id } of [a, b]) await api.receive(id, 100)
  for (let round = 0; round < 5; round++) {
    const { consultation, prescription } = await api.ordered([tablets(a.id), tablets(b.id)])
    const ids = prescription.lines.map(({ id }) => id)
    for (const id of ids) await api.step(id, 'prepare', { version: 1 })
    const answers = await Promise.all(ids.map((id) => api.step(id, 'hand-over', { version: 2 })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect((await api.ticketNow(consultation.ticketId)).status).toBe('payment')
  }
}, 60_000)
