import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays } from '../../shared/units/dates.ts'
import type { Verb } from '../queue/testing.ts'
import { type ClinicalApi, startClinicalApi } from './testing.ts'

let api: ClinicalApi
let calls: [Verb, string, Record<string, unknown>, string][]

beforeAll(async () => {
  api = await startClinicalApi()
  const { doctor, assistant } = api.as
  const day = addDays(api.today, 1)
  const consultation = await api.consultation()
  const made = await api.certificate()
  const start = `${day}T10:00:00+08:00`
  const wanted = { patientId: made.patient.id, doctorId: api.doctorId, start, minutes: 15 }
  const booked = (await api.call('post', '/api/appointments').send(wanted)).body
  calls = [
    ['post', `/api/consultations/${consultation}/certificate`, { from: api.today, to: api.today }, doctor],
    ['post', `/api/certificates/${made.id}/void`, { reason: 'x', version: 9 }, doctor],
    ['post', `/api/certificates/${made.id}/replace`, { from: day, to: day, reason: 'x', version: 9 }, doctor],
    [
      'post',
      `/api/consultations/${consultation}/letters`,
      { kind: 'referral', recipient: 'x', details: 'x' },
      doctor,
    ],
    ['post', '/api/appointments', { ...wanted, reason: 'x' }, assistant],
    ['patch', `/api/appointments/${booked.id}`, { reason: 'x', version: 9 }, assistant],
    ['post', `/api/appointments/${booked.id}/moves`, { to: 'done', version: 9, reason: 'x' }, assistant],
    ['post', `/api/appointments/${booked.id}/arrive`, { version: 9, priority: 'child' }, assistant],
  ]
})
afterAll(() => api.close())

const strange = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.constantFrom(null, [], {}, -1, 0.5, Number.MAX_VALUE, '', '0', '\u0000', 'x'.repeat(5000), '2026-02-30'),
  fc.constantFrom(
    '9999-12-31',
    '0000-00-00',
    '2026-11-28T10:00:00Z',
    '+275760-09-13T00:00:00.000Z',
    '__proto__',
  ),
)
const json = (value: unknown) => {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return 'null'
  }
}

describe('strange bodies', () => {
  const send = (verb: Verb, path: string, cookie: string, body: string) =>
    api.call(verb, path, cookie).set('Content-Type', 'application/json').send(body)

  it('are refused or taken, never a fault of ours, and never repeated in the answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(7), strange, fc.nat(6), async (which, value, field) => {
        const [verb, path, body, cookie] = calls[which] as (typeof calls)[number]
        const names = Object.keys(body)
        const changed = { ...body, [names[field] ?? 'CANARYfield']: value }
        for (const sent of [json(value), json(changed)]) {
          const answer = await send(verb, path, cookie, sent)
          expect(answer.status, `${verb} ${path} ${sent.slice(0, 200)}`).toBeLessThan(500)
          expect(answer.text).not.toContain('CANARYfield')
        }
      }),
      { numRuns: 150 },
    )
  })

  it('with another field are refused by every call', async () => {
    for (const field of ['id', 'status', 'number', 'issuedOn', 'doctorMmc', '__proto__', 'constructor'])
      for (const [verb, path, body, cookie] of calls) {
        const sent = `{${json(field)}:{"a":1},${json(body).slice(1)}`
        const answer = await send(verb, path, cookie, sent)
        expect([400, 422], `${path}: ${field} ${answer.status}`).toContain(answer.status)
      }
  })
})
