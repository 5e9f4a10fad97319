import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditEntry } from '../../shared/audit/entry.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { addDays } from '../../shared/units/dates.ts'
import { type ClinicalApi, startClinicalApi } from '../certificates/testing.ts'
import type { Route } from '../http/route.ts'

let api: ClinicalApi
let lines: AuditEntry[] = []
let isFull = false
let chief: string
const ids: Record<string, string> = {}

beforeAll(async () => {
  api = await startClinicalApi()
  const { spool } = api.services
  const write = spool.write.bind(spool)
  // the routes hold this object: what goes through it is noted, or refused as by a full disk
  spool.write = (entry) => {
    lines.push(entry)
    return isFull ? Promise.reject(new AppError('unavailable/audit')) : write(entry)
  }
  chief = await api.signIn('super_admin')
  const ticket = await api.ticket()
  ids.ticket = ticket.id
  ids.patient = ticket.patient.id
  ids.certificates = (await api.certificate()).id
  const booked = await api.call('post', '/api/appointments').send({
    patientId: ids.patient,
    doctorId: api.doctorId,
    start: `${addDays(api.today, 1)}T10:00:00+08:00`,
  })
  ids.appointments = booked.body.id
  ids.consultations = await api.consultation()
  const tablet = { sku: 'COVER', genericName: 'Coverage', unit: 'tablet', sellingPrice: '1.00' }
  const medicine = await api.call('post', '/api/medications', api.as.admin).send(tablet)
  const prescribed = await request(api.url)
    .put(`/api/consultations/${ids.consultations}/prescription`)
    .set('Cookie', api.as.doctor)
    .set('X-Requested-With', 'clinic')
    .send({ version: 0, lines: [{ medicationId: medicine.body.id, dose: 1, frequency: 'STAT' }] })
  ids.dispensing = prescribed.body.lines[0].id
  const slip = { kind: 'time_slip', from: '09:00', to: '10:00' }
  const letter = api.call('post', `/api/consultations/${ids.consultations}/letters`, api.as.doctor)
  ids.letters = (await letter.send(slip)).body.id
  const deposit = { visitId: ticket.visitId, version: 0, balance: '0.00', deposit: true }
  const paid = await api
    .call('post', '/api/payments', api.as.cashier)
    .set('Idempotency-Key', 'coverage')
    .send({ ...deposit, tenders: [{ method: 'card', amount: '5.00' }] })
  Object.assign(ids, { bills: ticket.visitId, payments: paid.body.id, receipts: paid.body.number })
  const members = [{ patientId: ids.patient, relation: 'head' }]
  const family = await api.call('post', '/api/families').send({ name: 'Coverage', members })
  ids.families = family.body.family.id
  const panel = { code: 'P1', name: 'Panel', kind: 'company' }
  ids.panels = (await api.call('post', '/api/panels', api.as.admin).send(panel)).body.id
})
afterAll(() => api.close())

/** What a reading route is asked with, where it needs more than ids. */
const QUERIES: Readonly<Record<string, string>> = {
  '/api/families': '?patientId=1',
  '/api/letters': '?patient=1',
  '/api/patients/search': '?query=canary',
  '/api/audit/patients': '?user=1',
  '/api/audit/review': '?day=2026-01-02',
  '/api/panels/:id/statement': '?month=2026-01',
}
const BODIES: Readonly<Record<string, object>> = {
  'POST /api/patients/search': { query: 'canary' },
  'POST /api/patients/duplicates': { phone: '012-3456789' },
}

/** Routes that answer nobody's data: numbers, catalogues, rules, the asker's own things. */
const IMPERSONAL =
  /^\/api\/(auth|users|tokens|settings|doctors|medications|icd10|note-templates|displays|security|performance|docs|openapi|imports\/(kinds|mappings)|appointments\/free|shifts|files|reports|panels(\/:id)?$|dashboard|backups|maintenance|schedules|queue\/(stats|pending-actions)|stock\/(low|expiring|value))/
/** Answered by events, which carry what the board shows; or by people and screens without a session. */
const ELSEWHERE = /^\/api\/(sse|display|track|verify|operations)/

const reads = () =>
  api.app.routes.filter(
    (route) =>
      (route.method === 'GET' || BODIES[`${route.method} ${route.path}`] !== undefined) &&
      route.path.startsWith('/api/') &&
      !IMPERSONAL.test(route.path) &&
      !ELSEWHERE.test(route.path),
  )

const ask = ({ method, path }: Route) => {
  const [, , thing = ''] = path.split('/')
  const id = path.includes('queue') ? ids.ticket : (ids[thing] ?? ids.patient)
  const url = path.replace(/:\w+/, `${id}`)
  const cookie = chief
  if (method === 'GET')
    return request(api.url)
      .get(url + (QUERIES[path] ?? ''))
      .set('Cookie', cookie)
  const sent = request(api.url).post(url).set('Cookie', cookie).set('X-Requested-With', 'clinic')
  return sent.send(BODIES[`${method} ${path}`])
}

it('every read of patient data is on record, from the cache too, and fails when it cannot be', async () => {
  const routes = reads()
  expect(routes.length).toBeGreaterThan(6)
  for (const route of routes) {
    const name = `${route.method} ${route.path}`
    for (const round of ['fresh', 'cached']) {
      lines = []
      expect((await ask(route)).status, name).toBe(200)
      expect(lines, `${name} (${round})`).toHaveLength(1)
      expect(lines[0], name).toMatchObject({ username: 'super_admin', role: 'super_admin', outcome: 'ok' })
      for (const value of [lines[0]?.userId, lines[0]?.address, lines[0]?.requestId])
        expect(value, name).toBeTruthy()
    }
    isFull = true
    const refused = await ask(route)
    isFull = false
    expect([refused.status, refused.body.code], name).toEqual([503, 'unavailable/audit'])
    expect(refused.text, name).not.toContain('Canary')
  }
})
