import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { chargesOf } from './reads.ts'

const AT = '2026-01-05 02:00:00.000'
let deps: TestDeps
beforeAll(async () => {
  deps = await testDeps()
})
afterAll(() => deps.close())

async function visit(written: Record<string, unknown> | null): Promise<string> {
  const [count] = await deps.db('patients').count({ n: '*' })
  const patientId = Number(count?.n ?? 0) + 1
  await deps.db('patients').insert({ id: patientId, name: 'Tan Mei Ling' })
  const [visitId] = await deps
    .db('visits')
    .insert({ patient_id: patientId, visited_on: '2026-01-05', created_at: AT })
  const [doctorId] = await deps.db('doctors').insert({
    code: `D${patientId}`,
    name: 'Dr. Lim',
    working_hours: '{}',
    created_at: AT,
    updated_at: AT,
  })
  if (written !== null)
    await deps.db('consultations').insert({
      visit_id: visitId,
      patient_id: patientId,
      doctor_id: doctorId,
      day: '2026-01-05',
      status: 'draft',
      vitals: '{}',
      subjective: '',
      objective: '',
      assessment: '',
      plan: '',
      procedures: '[]',
      created_at: AT,
      updated_at: AT,
      ...written,
    })
  return String(visitId)
}

it('a visit costs its fee and its procedures, in sen', async () => {
  const procedures = [
    { description: 'Nebuliser', priceSen: 2550, quantity: 2 },
    { description: 'Dressing', priceSen: 0, quantity: 1 },
  ]
  const id = await visit({ fee_sen: 4500, procedures: JSON.stringify(procedures) })
  expect(await chargesOf(deps.db, id)).toEqual([
    { kind: 'fee', description: 'Consultation', quantity: 1, unitPriceSen: 4500, amountSen: 4500 },
    { kind: 'procedure', description: 'Nebuliser', quantity: 2, unitPriceSen: 2550, amountSen: 5100 },
    { kind: 'procedure', description: 'Dressing', quantity: 1, unitPriceSen: 0, amountSen: 0 },
  ])
})

it('a visit without consultation, or one that costs nothing, has nothing to charge', async () => {
  expect(await chargesOf(deps.db, await visit(null))).toEqual([])
  expect(await chargesOf(deps.db, await visit({}))).toEqual([])
  expect(await chargesOf(deps.db, '999999999')).toEqual([])
})
