import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clinicDay } from '../../shared/units/dates.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { someone } from '../queue/testing.ts'

let api: TestApi
let assistant: string
let admin: string
beforeAll(async () => {
  api = await startTestApi()
  assistant = await api.signIn('assistant')
  admin = await api.signIn('admin')
})
afterAll(() => api.close())

const call = (verb: 'get' | 'post' | 'patch', path: string, cookie = assistant) =>
  request(api.url)[verb](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const register = async (more: object) =>
  (await call('post', '/api/patients').send({ ...someone(), ...more })).body

const BACKGROUND = {
  chronicConditions: 'Diabetes type 2; hypertension',
  medicalHistory: 'Appendectomy 2011',
  nextOfKin: 'Rahim (husband), 012-345 6789',
}

it('keeps what is known of a person’s background, changes it, and empties it', async () => {
  const made = await register({ ...BACKGROUND, consentOn: '01/02/2024' })
  expect(made).toMatchObject({ ...BACKGROUND, consentOn: '2024-02-01' })
  const changes = { chronicConditions: ' Asthma ', medicalHistory: '', version: made.version }
  const changed = await call('patch', `/api/patients/${made.id}`).send(changes)
  expect(changed.status, changed.text).toBe(200)
  expect(changed.body).toMatchObject({ chronicConditions: 'Asthma', medicalHistory: null, version: 2 })
  expect((await call('get', `/api/patients/${made.id}`)).body).toEqual(changed.body)
  const [entry] = await api.deps
    .db('audit_entries')
    .where({ action: 'patients.update', entity_id: made.id })
    .pluck('detail')
  const detail = typeof entry === 'string' ? JSON.parse(entry) : entry
  expect(detail.fields.sort()).toEqual(['chronicConditions', 'medicalHistory'])
})

it('refuses texts that are too long and days of consent to come', async () => {
  const ahead = `${Number(clinicDay().slice(0, 4)) + 1}-01-01`
  for (const [fields, status] of [
    [{ chronicConditions: 'x'.repeat(1001) }, 400],
    [{ nextOfKin: 'x'.repeat(301) }, 400],
    [{ consentOn: ahead }, 422],
    [{ consentOn: '31/02/2024' }, 422],
  ] as const) {
    const answer = await call('post', '/api/patients').send({ ...someone(), ...fields })
    expect(answer.status).toBe(status)
    if (status === 422) expect(answer.body.errors).toMatchObject([{ path: 'consentOn' }])
  }
})

it('shows illnesses to those who treat, not to the cashier', async () => {
  const { id } = await register(BACKGROUND)
  for (let look = 0; look < 2; look++) {
    const seen = await call('get', `/api/patients/${id}`, await api.signIn('cashier'))
    expect(seen.body).not.toHaveProperty('chronicConditions')
    expect(seen.body).not.toHaveProperty('medicalHistory')
    const doctor = await call('get', `/api/patients/${id}`, await api.signIn('doctor'))
    expect(doctor.body).toMatchObject(BACKGROUND)
  }
})

it('loses nothing of it when two records are made one', async () => {
  const one = await register({ chronicConditions: 'Asthma' })
  const other = await register({ ...BACKGROUND, consentOn: '2024-02-01' })
  const body = { otherId: other.id, version: one.version, otherVersion: other.version }
  const merged = await call('post', `/api/patients/${one.id}/merge`, admin).send(body)
  expect(merged.status, merged.text).toBe(201)
  expect(merged.body.patient).toMatchObject({
    ...BACKGROUND,
    chronicConditions: `Asthma; ${BACKGROUND.chronicConditions}`,
    consentOn: '2024-02-01',
  })
})
