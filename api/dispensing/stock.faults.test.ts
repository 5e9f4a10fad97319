import { afterAll, beforeAll, it } from 'vitest'
import { type DispensingApi, raceForStock, startDispensingApi } from './testing.ts'

let api: DispensingApi
beforeAll(async () => {
  api = await startDispensingApi()
})
afterAll(() => api.close())

it('a thousand hand-overs with their returns and corrections keep every unit', async () => {
  await raceForStock(api, 125, 100)
}, 300_000)
