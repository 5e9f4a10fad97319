import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { loadFormulary } from './commands.ts'

let deps: TestDeps
beforeAll(async () => {
  deps = await testDeps()
})
afterAll(() => deps.close())

it('loads the medicines once, and keeps what the clinic changed since', async () => {
  expect(await loadFormulary(deps)).toEqual({ inserted: 440, total: 440 })
  await deps.db('medications').where({ sku: 'MED0001' }).update({ selling_price: '9.99' })
  await deps.db('medications').where({ sku: 'MED0002' }).delete()
  expect(await loadFormulary(deps)).toEqual({ inserted: 1, total: 440 })
  const row = await deps.db('medications').where({ sku: 'MED0001' }).first('generic_name', 'selling_price')
  expect(row).toEqual({ generic_name: 'Paracetamol', selling_price: '9.99' })
})
